"""Fakes for the tests of the set-up: a Python that acts as venv, pip and doctor; wheels."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
import time
import zipfile
from pathlib import Path

READY = dict(
    ok=True,
    summary="Ready: PyTorch 2.13.0+cpu, CPU, 2 cores",
    checks=[dict(name="Device", ok=True, detail="CPU", remedy="")],
    python="3.11.7",
    versions={"torch": "2.13.0+cpu"},
    device=dict(kind="cpu", name="CPU", cores=2),
)

# What pip and uv really print: recorded, or from their reports of issues where another system or a
# broken network would be needed.
MESSAGES = {
    "no_space": "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on "
    "device: '/x/aiohttp/_http_parser.cpython-311-x86_64-linux-gnu.so'",
    "rights": "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: "
    "'/x/lib/python3.11/site-packages/tqdm'",
    "proxy": "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, "
    "status=None)) after connection broken by 'OSError('Tunnel connection failed: 407 Proxy "
    "Authentication Required')': /simple/tqdm/\n"
    "ERROR: Could not find a version that satisfies the requirement tqdm==4.70.1 (from versions: "
    "none)\nERROR: No matching distribution found for tqdm==4.70.1",
    "tls": "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None))"
    " after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: "
    "CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate "
    "(_ssl.c:1006)'))': /simple/tqdm/\nERROR: No matching distribution found for tqdm==4.70.1",
    "network": "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, "
    "status=None)) after connection broken by 'NameResolutionError(\"HTTPSConnection("
    "host='wheels.invalid', port=443): Failed to resolve 'wheels.invalid' ([Errno -2] Name or "
    "service not known)\")': /simple/tqdm/\n"
    "ERROR: No matching distribution found for tqdm==4.70.1",
    "antivirus": "ERROR: Could not install packages due to an OSError: [WinError 32] The process "
    "cannot access the file because it is being used by another process: 'C:\\\\nt\\\\torch.dll'",
    "resolver": "ERROR: Could not find a version that satisfies the requirement tqdm==99.1 (from "
    "versions: 1.0, 2.0.0, 2.2.3)\nERROR: No matching distribution found for tqdm==99.1",
    "compiler": "      error: [Errno 2] No such file or directory: 'gcc'\n"
    "  ERROR: Failed building wheel for lmdb\nFailed to build lmdb\n"
    "error: failed-wheel-build-for-install",
    "vc_runtime": "OSError: [WinError 1114] A dynamic link library (DLL) initialization routine "
    'failed. Error loading "C:\\\\nt\\\\Lib\\\\site-packages\\\\torch\\\\lib\\\\c10.dll"',
    "python": "The virtual environment was not created successfully because ensurepip is not "
    "available.  On Debian/Ubuntu systems, you need to install the python3-venv",
    "unknown": "Segmentation fault in something nobody knows",
}

_FAKE = """#!/usr/bin/python3
import json, os, shutil, subprocess, sys, time
from pathlib import Path

def venv(folder):
    python = Path(folder) / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    if not python.exists():
        shutil.copy(__file__, python)
    (Path(folder) / "lib/python3.11/site-packages/pip-26.3.dist-info").mkdir(
        parents=True, exist_ok=True)

def pip(arguments):
    what = "torch" if "torch" in arguments else "packages"
    print("Collecting " + what, flush=True)
    print("Successfully installed " + what, flush=True)

def doctor():
    return READY

READY = json.loads({ready!r})

{body}

arguments = sys.argv[1:]
if "-c" in arguments:
    print(json.dumps(dict(executable=sys.argv[0], version=[3, 11, 7], bits=64,
                          implementation="CPython", venv=True, machine="x86_64",
                          macos="", libc=["glibc", "2.36"])))
elif "backend.doctor" in arguments:
    print(json.dumps(doctor()))
else:
    at = next(i for i, a in enumerate(arguments) if a.endswith("child.py"))
    # As the real child.py does, which is tested by itself.
    os.setsid()
    with open({calls!r}, "a") as file:
        file.write(json.dumps(arguments[at + 1:]) + "\\n")
    if arguments[at + 1] == "venv":
        venv(arguments[at + 2])
    else:
        pip(arguments[at + 2:])
"""


def make_fake_python(folder: Path, body: str = "") -> Path:
    """A script that acts as a Python; `body` may define venv, pip and doctor anew."""
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / "python3.11"
    text = _FAKE.format(ready=json.dumps(READY), body=body, calls=str(folder / "calls"))
    python.write_text(text, "utf-8")
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    return python


def calls_of(python: Path) -> list[list[str]]:
    """The modules and arguments that the fake was called with."""
    path = python.with_name("calls")
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def write_wheel(folder: Path, name: str, version: str) -> Path:
    """A wheel with one module, as small as can be."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"__version__ = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    records = []
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            records.append(f"{file},sha256={digest.rstrip(b'=').decode()},{len(text)}")
            archive.writestr(file, text)
        archive.writestr(f"{info}/RECORD", "\n".join([*records, f"{info}/RECORD,,"]) + "\n")
    return path


def spin(until, seconds: float = 30.0) -> bool:
    """Let Qt work until `until()` holds."""
    from qgis.PyQt.QtCore import QCoreApplication

    deadline = time.monotonic() + seconds
    while not until() and time.monotonic() < deadline:
        QCoreApplication.processEvents()
        time.sleep(0.01)
    return until()


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    return path
