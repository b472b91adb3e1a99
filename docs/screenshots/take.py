"""`make screenshots`: the tutorial's pictures, taken in a real QGIS on a screen of its own.

Starts Xvfb and QGIS with an empty profile that holds only this plugin, and has it run tour.py. The
pictures land in docs/images/tour/. Needs `make setup qgis`; takes some minutes, for the work in the
pictures is really done.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "images" / "tour"
# The smallest screen that the plugin is made for.
SCREEN = "1280x720x24"


@contextlib.contextmanager
def screen(number: int) -> Iterator[str]:
    """A virtual screen; gives its name."""
    server = subprocess.Popen(["Xvfb", f":{number}", "-screen", "0", SCREEN])
    try:
        time.sleep(1.5)
        if server.poll() is not None:
            raise SystemExit(f"Xvfb could not open screen :{number}; name another by --screen")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def profile(home: Path, theme: str, locale: str) -> None:
    """An empty QGIS profile with the plugin switched on."""
    folder = home / "profiles" / "default"
    (folder / "python" / "plugins").mkdir(parents=True)
    (folder / "python" / "plugins" / "near_things").symlink_to(ROOT)
    (folder / "QGIS").mkdir()
    (home / "temporary").mkdir()
    (folder / "QGIS" / "QGIS3.ini").write_text(
        "[PythonPlugins]\nnear_things=true\n"
        f"[UI]\nUITheme={theme}\n"
        f"[locale]\noverrideFlag=true\nuserLocale={locale}\nglobalLocale={locale}\n"
        # No questions, tips or news over the pictures.
        "[qgis]\ncheckVersion=false\nshowTips=false\nnewProjectDefault=false\n"
        "[core]\nNewsFeed\\httpsfeedqgisorg\\disabled=true\n"
        "[app]\nprojections\\unknownCrsBehavior=NoAction\n",
        encoding="utf-8",
    )


def run_qgis(display: str, home: Path, arguments: argparse.Namespace) -> int:
    """QGIS with the tour as its start-up code; gives its exit status."""
    environment = {
        **os.environ,
        # QGIS runs in the system's own Python, whatever comes first elsewhere.
        "PATH": "/usr/bin:/bin",
        "DISPLAY": display,
        "HOME": str(home),
        # QGIS marks layers of the temporary folder, where this home lies.
        "TMPDIR": str(home / "temporary"),
        "QT_QPA_PLATFORM": "xcb",
        "NEAR_THINGS_PYTHON": str(ROOT / ".venv" / "bin" / "python"),
        "NEAR_THINGS_PICTURES": str(arguments.output),
        "NEAR_THINGS_TOUR": arguments.scenes,
    }
    command = [
        "qgis", "--nologo", "--noversioncheck", "--profiles-path", str(home),
        "--code", str(Path(__file__).with_name("tour.py")),
    ]  # fmt: skip
    child = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        return child.wait(arguments.minutes * 60)
    except subprocess.TimeoutExpired:
        print(f"no end after {arguments.minutes} minutes", file=sys.stderr)
        return 1
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=PICTURES)
    parser.add_argument("--scenes", default="sample", choices=("sample", "zion"))
    parser.add_argument("--theme", default="default", help="QGIS's theme, e.g. 'Night Mapping'")
    parser.add_argument("--locale", default="en_US", help="QGIS's language, e.g. de")
    parser.add_argument("--screen", type=int, default=70)
    parser.add_argument("--minutes", type=int, default=20)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="near things "))
    try:
        profile(home, arguments.theme, arguments.locale)
        with screen(arguments.screen) as display:
            return run_qgis(display, home, arguments)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
