"""Lock files, environments and which of them is used."""

from __future__ import annotations

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


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
