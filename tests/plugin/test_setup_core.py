"""What the set-up knows before it begins: locks, places, Pythons, GPUs, proxies, failures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from setup_fakes import MESSAGES, make_fake_python, spin

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def setup(provider):
    """The package of the set-up, with its modules."""
    from near_things.qgis_plugin import setup
    from near_things.qgis_plugin.setup import (  # noqa: F401
        accelerators,
        diagnostics,
        failures,
        install_lock,
        locks,
        network,
        pip_progress,
        places,
        preflight,
        pythons,
        steps,
    )

    return setup


@pytest.fixture
def settings(provider):
    """The plugin's settings, put back afterwards."""
    from near_things.qgis_plugin.settings import PluginSettings

    kept = PluginSettings()
    before = kept.interpreter, kept.environments
    yield kept
    kept.interpreter, kept.environments = before


# Lock files.


@pytest.mark.parametrize(
    "accelerator, system",
    [("cpu", "linux"), ("cpu", "win32"), ("cpu", "darwin"), ("cuda", "linux"), ("cuda", "win32")],
)
def test_lock_files_satisfy_the_ranges_of_the_project(setup, accelerator, system) -> None:
    import tomllib

    from packaging.requirements import Requirement

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    locked = {}
    for line in setup.locks.requirements(accelerator, system):
        name, version = line.split("==")
        assert name not in locked, f"{name} twice"
        locked[name.lower()] = version
    for text in project["dependencies"]:
        requirement = Requirement(text)
        version = locked[requirement.name.lower()]
        assert requirement.specifier.contains(version), f"{text}, but {version} is locked"


@pytest.mark.parametrize("accelerator", ["cpu", "cuda"])
def test_lock_files_name_no_place(setup, accelerator) -> None:
    text = setup.locks.lock_file(accelerator).read_text("utf-8")
    assert "://" not in text and "--" not in text and "@" not in text


def test_lock_files_differ_in_the_build_of_torch_alone(setup) -> None:
    def names(accelerator: str, system: str) -> set:
        return set(setup.locks.requirements(accelerator, system))

    assert "torch==2.13.0+cpu" in names("cpu", "linux")
    assert "torch==2.13.0+cu130" in names("cuda", "win32")
    more = names("cuda", "linux") - names("cpu", "linux")
    assert {n.split("==")[0].split("-")[0] for n in more} == {"nvidia", "cuda", "torch", "triton"}
    assert names("cpu", "linux") - names("cuda", "linux") == {"torch==2.13.0+cpu"}


def test_lock_hash_heeds_content_and_not_line_ends(setup, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup.locks, "FOLDER", tmp_path)
    hashes = []
    for text in (b"a==1\nb==2\n", b"a==1\r\nb==2\r\n", b"a==1\nb==3\n"):
        (tmp_path / "cpu.txt").write_bytes(text)
        hashes.append(setup.locks.lock_hash("cpu"))
    assert hashes[0] == hashes[1] != hashes[2]


# Places.


def make_ready(setup, root: Path, *, lock: str | None = None, made: float = 1.0, name: str = ""):
    """A managed environment that counts as ready."""
    lock = lock or setup.locks.lock_hash("cpu")
    folder = root / (name or f"cpu-{lock[:12]}-cp311")
    python = setup.places.environment_python(folder)
    python.parent.mkdir(parents=True)
    python.write_text("")
    python.chmod(0o700)
    environment = setup.places.ManagedEnvironment(
        folder, "cpu", lock, "3.11.7", made, "Ready: all", {"torch": "2.13.0"}
    )
    setup.places.write_marker(environment)
    return environment


def test_marker_makes_an_environment_ready(setup, tmp_path: Path) -> None:
    made = make_ready(setup, tmp_path)
    assert setup.places.managed_environments(tmp_path) == [made]
    assert made.is_current
    (made.folder / "environment.json").write_text('{"lock": 1')
    assert setup.places.managed_environments(tmp_path) == []
    assert setup.places.unfinished_folders(tmp_path) == [made.folder]


def test_environment_whose_python_is_gone_is_not_ready(setup, tmp_path: Path) -> None:
    made = make_ready(setup, tmp_path)
    made.interpreter.unlink()
    assert setup.places.managed_environments(tmp_path) == []


def test_present_lock_comes_before_newer_environments(setup, tmp_path: Path) -> None:
    current = make_ready(setup, tmp_path, made=1.0)
    old = make_ready(setup, tmp_path, lock="f" * 64, made=9.0)
    assert setup.places.managed_environments(tmp_path) == [current, old]
    assert not old.is_current


def test_order_of_interpreters(setup, settings, monkeypatch, tmp_path: Path) -> None:
    from near_things.qgis_plugin import environment

    own = tmp_path / "own" / "python"
    own.parent.mkdir()
    own.write_text("")
    monkeypatch.setattr(environment, "default_interpreter", lambda: own)
    monkeypatch.setenv("NEAR_THINGS_ENVIRONMENTS", str(tmp_path / "all"))
    monkeypatch.delenv("NEAR_THINGS_PYTHON", raising=False)
    settings.interpreter = ""
    assert environment.interpreter() == own
    old = make_ready(setup, tmp_path / "all", lock="f" * 64)
    assert environment.interpreter() == own
    own.unlink()
    assert environment.interpreter() == old.interpreter
    own.write_text("")
    current = make_ready(setup, tmp_path / "all")
    assert environment.interpreter() == current.interpreter
    settings.interpreter = "/set/python"
    assert environment.interpreter() == Path("/set/python")
    monkeypatch.setenv("NEAR_THINGS_PYTHON", "/named/python")
    assert environment.interpreter() == Path("/named/python")


def test_folder_from_variable_setting_and_default(setup, settings, monkeypatch) -> None:
    monkeypatch.setenv("NEAR_THINGS_ENVIRONMENTS", "/by/variable")
    settings.environments = "/by/setting"
    assert setup.places.environments_folder() == Path("/by/variable")
    monkeypatch.delenv("NEAR_THINGS_ENVIRONMENTS")
    assert setup.places.environments_folder() == Path("/by/setting")
    settings.environments = ""
    default = setup.places.environments_folder()
    assert default.parts[-2:] == ("near_things", "environments")
    assert REPOSITORY not in default.parents


# Pythons.


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    return path


def test_candidates_on_linux(setup, tmp_path: Path) -> None:
    first = touch(tmp_path / "bin" / "python3.12")
    touch(tmp_path / "shims" / "python3.11")
    link = tmp_path / "bin" / "python3"
    link.symlink_to(first)
    pyenv = touch(tmp_path / ".pyenv" / "versions" / "3.13.0" / "bin" / "python3.13")
    path = os.pathsep.join([str(tmp_path / "shims"), str(tmp_path / "bin")])
    found = setup.pythons.candidates({"PATH": path}, home=tmp_path, system="linux")
    assert first in found and pyenv in found and link not in found
    assert not [p for p in found if "shims" in p.parts]


def test_candidates_on_macos_leave_apples_stub_alone(setup, tmp_path: Path) -> None:
    found = setup.pythons.candidates({"PATH": "/usr/bin"}, home=tmp_path, system="darwin")
    assert not [path for path in found if path.parent == Path("/usr/bin")]


def test_candidates_on_windows_come_from_the_registry_and_usual_folders(setup, tmp_path) -> None:
    registered = touch(tmp_path / "chosen" / "python.exe")
    usual = touch(tmp_path / "Local" / "Programs" / "Python" / "Python312" / "python.exe")
    touch(tmp_path / "Local" / "Microsoft" / "WindowsApps" / "python.exe")
    environment = {"LOCALAPPDATA": str(tmp_path / "Local"), "PATH": str(tmp_path / "QGIS")}
    found = setup.pythons.candidates(
        environment, home=tmp_path, system="win32", registry=lambda: [tmp_path / "chosen"]
    )
    assert found == [registered, usual]


def test_search_asks_real_and_broken_pythons(setup, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup.pythons, "PROBE_SECONDS", 4.0)
    scripts = {"hangs": "sleep 60", "fails": "exit 3", "lies": "echo hello"}
    paths = [Path("/usr/bin/python3"), tmp_path / "absent"]
    for name, line in scripts.items():
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o700)
        paths.append(path)
    search, found = setup.pythons.PythonSearch(), []
    search.finished.connect(found.append)
    search.start(paths)
    assert spin(lambda: bool(found))
    places = [os.path.realpath(python.path) for python in found[0]]
    assert places == [os.path.realpath("/usr/bin/python3")]
    assert tuple(found[0][0].version) == sys.version_info[:3]


@pytest.mark.parametrize(
    "values, words",
    [
        (dict(version=(3, 10, 1)), "3.11 to 3.13"),
        (dict(version=(3, 14, 0)), "3.11 to 3.13"),
        (dict(bits=32), "32-bit"),
        (dict(implementation="PyPy"), "CPython"),
        (dict(has_venv=False), "python3-venv"),
        (dict(macos="15.1", machine="x86_64"), "Intel"),
        (dict(macos="13.6", machine="arm64"), "macOS 14 or later; this is 13.6"),
        (dict(macos="14.0", machine="arm64"), ""),
        (dict(libc=("glibc", "2.17")), "glibc 2.28 or later; this has glibc 2.17"),
        (dict(libc=("", "")), "this has another"),
        ({}, ""),
    ],
)
def test_unfit_pythons_say_why(setup, values, words) -> None:
    python = setup.pythons.FoundPython(Path("/p"), **{"version": (3, 11, 7), **values})
    assert (words in python.problem) if words else python.problem == ""


def test_fit_pythons_come_first_and_the_version_of_the_tests_before_all(setup) -> None:
    def python(*version: int, **more):
        return setup.pythons.FoundPython(Path("/p"), version, **more)

    found = [python(3, 13, 0), python(3, 11, 2), python(3, 10, 9), python(3, 11, 7)]
    found.append(python(3, 11, 9, has_venv=False))
    order = [p.version for p in setup.pythons.best_first(found)]
    assert order == [(3, 11, 7), (3, 11, 2), (3, 13, 0), (3, 11, 9), (3, 10, 9)]


# The accelerator.

H100 = "NVIDIA H100 80GB HBM3, 580.95.05, 9.0, 81559"


@pytest.mark.parametrize(
    "output, system, accelerator, words",
    [
        (H100, "linux", "cuda", "NVIDIA H100 80GB HBM3, driver 580.95.05 → GPU build"),
        ("NVIDIA RTX 4070, 550.54.14, 8.9, 12282", "linux", "cpu", "needs driver 580 or later"),
        ("GTX 1080, 581.10, 6.1, 8192", "win32", "cpu", "compute capability 6.1 is below the 7.5"),
        ("NVIDIA-SMI has failed because it couldn't communicate", "linux", "cpu", "No NVIDIA GPU"),
        ("", "linux", "cpu", "No NVIDIA GPU"),
        (H100, "darwin", "cpu", "one build"),
        (f"GTX 1080, 580.95.05, 6.1, 8192\n{H100}", "linux", "cuda", "H100"),
    ],
)
def test_build_follows_driver_and_gpu(setup, output, system, accelerator, words) -> None:
    gpus = setup.accelerators.parse_query(output)
    suggestion = setup.accelerators.suggest(gpus, system)
    assert suggestion.accelerator == accelerator
    assert words in suggestion.reason


def test_nvidia_smi_is_asked(setup, monkeypatch, tmp_path: Path) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\necho '{H100}'\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    search, found = setup.accelerators.AcceleratorSearch(), []
    search.finished.connect(found.append)
    search.start()
    assert spin(lambda: bool(found))
    assert found[0].accelerator == "cuda" and found[0].gpu.memory == 81559


# Network.


def test_environment_of_pip_is_clean_but_keeps_what_administrators_set(setup, tmp_path) -> None:
    there = touch(tmp_path / "ca.pem")
    inherited = {
        "HOME": "/home/x", "PYTHONHOME": "/qgis", "LD_LIBRARY_PATH": "/qgis",
        "PIP_INDEX_URL": "mirror", "PIP_TARGET": "/elsewhere", "PIP_USER": "1",
        "UV_DEFAULT_INDEX": "mirror", "UV_PROJECT": "/elsewhere",
        "SSL_CERT_FILE": str(there), "REQUESTS_CA_BUNDLE": str(tmp_path / "gone.pem"),
    }  # fmt: skip
    seen = setup.network.installer_environment(
        inherited, Path("/env/bin/python"), tmp_path, {"HTTPS_PROXY": "http://proxy:3128"}
    )
    assert seen["HOME"] == "/home/x" and seen["PIP_INDEX_URL"] == "mirror"
    assert seen["UV_DEFAULT_INDEX"] == "mirror" and seen["SSL_CERT_FILE"] == str(there)
    assert seen["HTTPS_PROXY"] == "http://proxy:3128"
    assert seen["PIP_USER"] == "0" and seen["TMPDIR"] == str(tmp_path)
    unwanted = {"PYTHONHOME", "LD_LIBRARY_PATH", "PIP_TARGET", "UV_PROJECT", "REQUESTS_CA_BUNDLE"}
    assert not unwanted & set(seen)


def test_own_proxy_wins_over_the_one_of_qgis(setup, tmp_path: Path) -> None:
    seen = setup.network.installer_environment(
        {"https_proxy": "http://own:1"}, Path("/p"), tmp_path, {"HTTPS_PROXY": "http://qgis:2"}
    )
    assert "http://qgis:2" not in seen.values()


class FakeSettings(dict):
    def value(self, key, default=None):
        return self.get(key, default)


def test_proxy_of_qgis(setup) -> None:
    proxy = FakeSettings(
        {
            "proxy/proxyEnabled": "true",
            "proxy/proxyType": "HttpProxy",
            "proxy/proxyHost": "proxy.example",
            "proxy/proxyPort": "3128",
            "proxy/proxyUser": "ann@example",
            "proxy/proxyPassword": "p@ss:word",
            "proxy/noProxyUrls": ["https://inside.example/x"],
        }
    )
    found = setup.network.qgis_proxy(proxy)
    assert found["HTTPS_PROXY"] == "http://ann%40example:p%40ss%3Aword@proxy.example:3128"
    assert found["NO_PROXY"] == "inside.example"
    assert setup.preflight.proxy_words(found) == (
        "Downloads go through the proxy proxy.example:3128."
    )
    proxy["proxy/proxyEnabled"] = "false"
    assert setup.network.qgis_proxy(proxy) == {}


def test_pip_is_configured_by_variable_or_file(setup, tmp_path: Path) -> None:
    nowhere = {"XDG_CONFIG_DIRS": str(tmp_path / "etc"), "PIP_CONFIG_FILE": str(tmp_path / "none")}

    def asked(**more: str) -> bool:
        return setup.network.pip_is_configured(
            {**nowhere, **more}, home=tmp_path / "home", system="win32"
        )

    data = {"PROGRAMDATA": str(tmp_path / "data"), "APPDATA": str(tmp_path / "roaming")}
    assert not asked(**data)
    assert asked(**data, PIP_INDEX_URL="mirror")
    file = touch(tmp_path / "data" / "pip" / "pip.ini")
    file.write_text("[global]\ntimeout = 60\n")
    assert not asked(**data)
    file.write_text("[global]\nindex-url = mirror\n")
    assert asked(**data)


# Before it begins.


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


# Progress.


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


# Failures.


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
