"""What is looked at before an installation, and how its messages are told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from setup_fakes import MESSAGES, make_fake_python, touch


def words_of(findings, level: str) -> str:
    return " ".join(finding.words for finding in findings if finding.level == level)


def test_pre_flight_of_a_good_place_is_quiet(setup, tmp_path: Path) -> None:
    assert setup.preflight.examine(tmp_path / "new" / "cpu-1", "cpu") == []


def test_pre_flight_says_how_much_room_lacks(setup, monkeypatch, tmp_path: Path) -> None:
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(setup.preflight.shutil, "disk_usage", lambda path: usage(9, 9, 1.5e9))
    found = words_of(setup.preflight.examine(tmp_path / "e", "cpu"), "stop")
    assert "1.5 GB free; 2.0 GB are needed" in found
    assert "9.0 GB are needed" in words_of(setup.preflight.examine(tmp_path / "e", "cuda"), "stop")


def test_pre_flight_tries_to_write(setup) -> None:
    found = words_of(setup.preflight.examine(Path("/proc/near/cpu-1"), "cpu"), "stop")
    assert "may not write into /proc" in found


def test_pre_flight_knows_long_paths_and_network_drives(setup) -> None:
    long = Path("C:/Users/somebody/AppData/Local/near_things/environments/cpu-012345678901-cp311")
    assert "too long for Windows" in setup.preflight.path_problem(long, "win32")
    assert setup.preflight.path_problem(Path("C:/nt/cpu-012345678901-cp311"), "win32") == ""
    assert setup.preflight.path_problem(long, "linux") == ""
    assert setup.preflight.is_network_place(Path("//server/share/x"), "linux")
    assert not setup.preflight.is_network_place(Path("/tmp"), "linux")


def test_pre_flight_looks_into_the_wheel_folder(setup, tmp_path: Path) -> None:
    found = setup.preflight.examine(tmp_path / "e", "cpu", wheel_folder=tmp_path)
    assert "no wheels" in words_of(found, "stop")


def test_lock_of_a_process_that_lives_is_heeded(setup, tmp_path: Path) -> None:
    lock = setup.install_lock
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert lock.acquire(tmp_path) is None
        values = json.loads((tmp_path / lock.NAME).read_text())
        assert values["pid"] == os.getpid()
        values["pid"] = other.pid
        (tmp_path / lock.NAME).write_text(json.dumps(values))
        assert lock.acquire(tmp_path)["pid"] == other.pid
        lock.release(tmp_path)
        assert (tmp_path / lock.NAME).exists()
        found = words_of(setup.preflight.examine(tmp_path / "e", "cpu"), "stop")
        assert f"process {other.pid}" in found
    finally:
        other.communicate(b"\n")
    assert lock.acquire(tmp_path) is None
    lock.release(tmp_path)
    assert not (tmp_path / lock.NAME).exists()


def test_damaged_lock_counts_until_it_is_old(setup, tmp_path: Path) -> None:
    path = tmp_path / setup.install_lock.NAME
    path.write_text("{")
    assert setup.install_lock.acquire(tmp_path) is not None
    old = time.time() - 7 * 3600
    os.utime(path, (old, old))
    assert setup.install_lock.acquire(tmp_path) is None


def test_progress_counts_packages_and_bytes(setup) -> None:
    progress = setup.pip_progress.PipProgress(4)
    assert progress.fraction == 0
    progress.feed("Collecting aiohttp==3.14.5 (from -r cpu.txt (line 4))")
    progress.feed("  Downloading aiohttp-3.14.5-cp311-cp311-manylinux_2_28_x86_64.whl (1.9 MB)")
    assert progress.feed("Progress 964957 of 1929915")
    assert progress.fraction == pytest.approx(0.6 * 0.5 / 4, abs=1e-3)
    assert "965 kB / 2 MB" in progress.words and "1 of 4 packages" in progress.words
    progress.feed("Processing /opt/files/aiosignal-1.4.0-py3-none-any.whl (from -r x (line 5))")
    progress.feed("Requirement already satisfied: torch==2.13.0 in /x")
    progress.feed("Collecting Jinja2==3.1.6")
    progress.feed("  Using cached jinja2-3.1.6-py3-none-any.whl (135 kB)")
    assert progress.collected == 4
    progress.feed("Installing collected packages: aiohttp, aiosignal, Jinja2")
    assert progress.fraction == pytest.approx(0.6)
    progress.installed = 2
    assert progress.fraction == pytest.approx(0.8)
    assert progress.words == "Unpacking: 2 of 4 packages"


def test_progress_of_uv(setup) -> None:
    progress = setup.pip_progress.PipProgress(4)
    for line in ("Resolved 4 packages in 291ms", "Downloading numpy (16.1MiB)"):
        progress.feed(line)
    assert "numpy" in progress.words and progress.collected == 0
    progress.feed(" Downloaded numpy")
    assert progress.collected == 1
    progress.feed("Prepared 4 packages in 8.37s")
    assert progress.installing


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_real_messages_are_told_apart(setup, kind) -> None:
    found = setup.failures.classify(MESSAGES[kind], where="Installing packages")
    assert found.kind == kind
    assert "Installing packages" in found.what and found.detail and found.remedy


def test_every_kind_has_its_own_remedy(setup) -> None:
    kinds = setup.failures.KINDS
    failures = [setup.failures.failure(kind) for kind in kinds]
    assert len({f.what for f in failures}) == len(kinds)
    assert all(f.remedy.endswith(".") and f.what.endswith(".") for f in failures)


@pytest.mark.parametrize(
    "line, kind",
    [
        ("  cause: tcp connect error\n  cause: Connection refused (os error 111)", "network"),
        ("  cause: invalid peer certificate: UnknownIssuer", "tls"),
        ("error: No solution found when resolving dependencies", "resolver"),
        ("error: failed to write: No space left on device (os error 28)", "no_space"),
        ("error: Permission denied (os error 13)", "rights"),
        ("/usr/bin/python3: No module named venv", "python"),
    ],
)
def test_messages_of_uv_and_venv(setup, line, kind) -> None:
    assert setup.failures.classify(line).kind == kind


def test_host_that_was_not_reached_is_named(setup) -> None:
    assert "wheels.invalid" in setup.failures.classify(MESSAGES["network"]).what


def test_diagnostics_hold_nothing_personal(setup) -> None:
    text = (
        "Looking in indexes: https://ann:s3cret@mirror.example/simple\n"
        "/home/ann/.local/share/near_things PIP_INDEX_URL=https://u@m/x\n"
        "C:\\Users\\ann\\x token=abc123 Authorization: Basic QWxh /mnt/ann/y annotation\n"
    )
    masked = setup.diagnostics.mask(text, home="/home/ann", user="ann")
    for secret in ("s3cret", "abc123", "QWxh", "/home/ann", "\\ann\\", "/ann/", "ann:", "u@"):
        assert secret not in masked, secret
    assert "~/.local/share/near_things" in masked and "mirror.example/simple" in masked
    assert "annotation" in masked


def test_uv_is_found_and_asked_for_the_same(setup, tmp_path: Path) -> None:
    uv = touch(tmp_path / ".local" / "bin" / "uv")
    uv.chmod(0o700)
    assert setup.steps.find_uv({"PATH": ""}, home=tmp_path) == uv
    plan = setup.steps.Plan(tmp_path / "all", "cpu", None, "cp311", uv=uv)
    steps = setup.steps.steps_of(plan)
    assert [s.name for s in steps] == ["environment", "torch", "packages", "verify"]
    made = setup.steps.command_of(steps[0], plan)
    assert made.program == uv and "--managed-python" in made.arguments and "3.11" in made.arguments
    packages = setup.steps.command_of(steps[2], plan)
    assert packages.arguments[:2] == ("pip", "install") and "--no-deps" in packages.arguments


@pytest.mark.parametrize(
    "place, variables",
    [
        (".cargo/bin", {}),
        ("elsewhere/bin", {"XDG_BIN_HOME": "elsewhere/bin"}),
        ("AppData/Local/Microsoft/WinGet/Links", {}),
        ("Local/Microsoft/WinGet/Links", {"LOCALAPPDATA": "Local"}),
        ("scoop/shims", {}),
        ("AppData/Roaming/Python/Python312/Scripts", {}),
        ("AppData/Local/Programs/Python/Python313/Scripts", {}),
    ],
)
def test_uv_is_found_where_windows_users_have_it(setup, tmp_path: Path, place, variables) -> None:
    uv = touch(tmp_path / place / "uv.exe")
    uv.chmod(0o700)
    environment = {name: str(tmp_path / folder) for name, folder in variables.items()}
    assert setup.steps.find_uv({"PATH": "", **environment}, tmp_path, "win32") == uv


def test_torch_alone_may_come_from_its_own_index(setup, tmp_path: Path) -> None:
    plan = setup.steps.Plan(tmp_path, "cpu", make_fake_python(tmp_path / "p"))
    assert setup.steps.torch_index(plan, "linux").endswith("/cpu")
    assert setup.steps.torch_index(plan, "win32") == setup.steps.torch_index(plan, "darwin") == ""
    arguments = setup.steps.torch_command(plan).arguments
    assert "--index-url" in arguments and arguments[-1] == "torch"
    step = next(s for s in setup.steps.steps_of(plan) if s.name == "packages")
    assert not [a for a in setup.steps.command_of(step, plan).arguments if "index" in a]
    offline = setup.steps.Plan(tmp_path, "cpu", plan.python, wheel_folder=tmp_path)
    assert setup.steps.torch_index(offline, "linux") == ""
    assert "--no-index" in setup.steps.command_of(step, offline).arguments
