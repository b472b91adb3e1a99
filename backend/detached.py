"""`python -m backend.detached [--leave] FOLDER VERB …`: a verb that outlives who starts it.

With `--leave` the process that was started ends at once; a child of it, which belongs to nobody,
runs the verb; Windows has no such thing and needs none.

The verb leads a process group of its own, and works in FOLDER as backend.contract.processes has
it: whoever looks there sees whether it lives, and asks it to stop by a file.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

from backend.contract.processes import STOP_FILE, working_in
from backend.runtime import stopping
from backend.supervised import lead_group


def main() -> None:
    """Run the verb that the second argument names; does not return before it ends."""
    leave = sys.argv[1] == "--leave"
    folder, verb, *arguments = sys.argv[1 + leave :]
    if leave and hasattr(os, "fork") and os.fork():
        os._exit(0)
    lead_group()
    sys.argv = [verb, *arguments]
    with working_in(Path(folder)), stopping.by_file(Path(folder) / STOP_FILE):
        runpy.run_module(f"backend.{verb}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
