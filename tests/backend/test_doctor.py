"""The doctor: what it finds, and that it can still speak where packages are missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from backend import doctor

REPOSITORY = Path(__file__).resolve().parents[2]


def test_this_environment_is_well(capsys) -> None:
    assert doctor.main(["--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert findings["ok"] and findings["summary"].startswith("Ready: PyTorch 2.13")
    assert [c["name"] for c in findings["checks"]] == [
        "Python",
        "Packages",
        "Device",
        "Rasters",
        "Memory",
        "Disk",
    ]
    assert findings["device"]["kind"] in ("cpu", "cuda")
    assert findings["versions"]["torch"].startswith("2.13")
    assert findings["python"].startswith("3.")


def test_an_old_or_missing_package_is_named_with_its_remedy(monkeypatch) -> None:
    monkeypatch.setitem(doctor.PACKAGES, "lmdb", "999")
    monkeypatch.setitem(doctor.PACKAGES, "no_such_package", "1")
    check = doctor.check_packages()
    assert not check.ok and check.remedy
    assert "lmdb is " in check.detail and "at least 999 is needed" in check.detail
    assert "no_such_package cannot be imported" in check.detail


def test_a_bare_python_gets_words_and_no_traceback() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from backend import doctor; sys.exit(doctor.main([]))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(REPOSITORY)], capture_output=True, text=True
    )
    assert done.returncode == 4
    assert "torch cannot be imported" in done.stdout and "Not ready" in done.stdout
    assert "Traceback" not in done.stderr


def test_versions_compare_as_numbers() -> None:
    assert doctor._numbers("2.13.0+cpu") > doctor._numbers("2.2")
    assert doctor._numbers("1.8.0rc1") >= doctor._numbers("1.8")
