"""Run a module (venv, pip) for the set-up: `python -I child.py MODULE arguments…`.

Standard library only: the Python that runs it may have nothing else. The module leads a process
group of its own, so that its helpers are ended with it, and the whole group is ended when stdin is
closed: that happens also when QGIS crashes.
"""

import os
import runpy
import signal
import sys
import threading


def end_when_closed(descriptor: int) -> None:
    """Wait until nothing more can be read from `descriptor`, then end this process's group."""
    while os.read(descriptor, 1024):
        pass
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def main() -> None:
    """Run the module that the first argument names."""
    if hasattr(os, "setsid") and os.getpgrp() != os.getpid():
        os.setsid()
    watched = os.dup(0)
    # The module's own children must not read what is meant for the watch.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    threading.Thread(target=end_when_closed, args=(watched,), daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
