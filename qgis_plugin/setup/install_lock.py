"""One set-up at a time in a folder of environments: a file that names the process that works."""

import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any, Dict, Optional

NAME = "installing.lock"
# A process number may be given again; no set-up takes longer.
STALE_SECONDS = 6 * 3600.0


def _process_lives(number: int) -> bool:
    if sys.platform == "win32":
        import ctypes

        # os.kill would end the process there. 0x1000: PROCESS_QUERY_LIMITED_INFORMATION.
        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, number)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def holder(root: Path) -> Optional[Dict[str, Any]]:
    """Who works in `root`: process `pid` on `host` since `started`; None where nobody does."""
    try:
        values = json.loads((root / NAME).read_text(encoding="utf-8"))
        number, host = int(values["pid"]), str(values["host"])
        started = float(values["started"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        # Just being written, or damaged: it counts until it is old.
        try:
            started = (root / NAME).stat().st_mtime
        except OSError:
            return None
        number, host = 0, ""
    if time.time() - started > STALE_SECONDS:
        return None
    if number and host == socket.gethostname() and not _process_lives(number):
        return None
    return {"pid": number, "host": host, "started": started}


def acquire(root: Path) -> Optional[Dict[str, Any]]:
    """Take the lock; gives None, or who has it. A lock that is stale is taken over."""
    path = root / NAME
    values = {"pid": os.getpid(), "host": socket.gethostname(), "started": time.time()}
    for _ in range(2):
        try:
            with open(path, "x", encoding="utf-8") as file:
                json.dump(values, file)
            return None
        except FileExistsError:
            other = holder(root)
            if other is not None:
                return other
            path.unlink()
    return {"pid": 0, "host": "", "started": time.time()}


def release(root: Path) -> None:
    """Give the lock back, where it is ours."""
    path = root / NAME
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if values.get("pid") == os.getpid() and values.get("host") == socket.gethostname():
        path.unlink()
