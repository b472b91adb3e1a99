"""Pythons, GPUs, proxies and pip as they are found on a machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from setup_fakes import spin, touch


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
        environment,
        home=tmp_path,
        system="win32",
        registry=lambda: [tmp_path / "chosen"],
        prefix=tmp_path / "none",
    )
    assert found == [registered, usual]


def test_on_windows_the_pythons_that_qgis_brings_are_the_last_resort(setup, tmp_path) -> None:
    prefix = tmp_path / "QGIS 3.40" / "apps" / "Python312"
    bundled = [touch(prefix.with_name(f"Python3{n}") / "python.exe") for n in (12, 13, 9)]
    touch(prefix.parent / "qgis" / "python.exe")
    found = setup.pythons.candidates(
        {}, home=tmp_path, system="win32", registry=lambda: [], prefix=prefix
    )
    assert found[0] == bundled[0] and sorted(found) == sorted(bundled)
    own = setup.pythons.FoundPython(bundled[0], (3, 12, 8))
    other = setup.pythons.FoundPython(tmp_path / "Python313" / "python.exe", (3, 13, 1))
    unfit = setup.pythons.FoundPython(tmp_path / "Python310" / "python.exe", (3, 10, 1))

    def order(*pythons):
        return setup.pythons.best_first(pythons, system="win32", prefix=prefix)

    assert order(unfit, own) == [own, unfit]
    assert order(own, other, unfit) == [other, own, unfit]
    # Elsewhere QGIS runs in the system's Python, which stays.
    found = setup.pythons.best_first([other, own], system="linux", prefix=prefix)
    assert found == [own, other]


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
