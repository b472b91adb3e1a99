"""`python -m backend.supervised VERB …`: run a verb for a program that may cancel it or go away.

The verb leads a process group of its own, so that its helpers can be ended with it, and is asked
to stop when stdin is closed. Unlike a signal that works on every system, and also when the
supervisor crashes: a training then writes its checkpoint and ends.
"""

from __future__ import annotations

import _thread
import os
import runpy
import signal
import sys
import threading


def stop_when_closed(descriptor: int) -> None:
    """Wait until nothing more can be read from `descriptor`, then raise SIGTERM in this process."""
    # os.read, not sys.stdin: a buffered reader would hold its lock when the interpreter ends.
    while os.read(descriptor, 1024):
        pass
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        # The verb has not begun: nothing is there to be saved.
        os._exit(128 + signal.SIGTERM)
    _thread.interrupt_main(signal.SIGTERM)


def lead_group() -> None:
    """Make this process the leader of its group, which then ends with it."""
    if hasattr(os, "setsid") and os.getpgrp() != os.getpid():
        os.setsid()


def main() -> None:
    """Run the verb that the first argument names; does not return before it ends."""
    verb, *arguments = sys.argv[1:]
    lead_group()
    threading.Thread(target=stop_when_closed, args=(0,), daemon=True).start()
    sys.argv = [verb, *arguments]
    runpy.run_module(f"backend.{verb}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
