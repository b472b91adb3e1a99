"""The set-up at work: with fakes for each way it ends, and really, into an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from setup_fakes import MESSAGES, calls_of, make_fake_python, spin, write_wheel

# A real set-up takes about two minutes on two cores: most is unpacking.
REAL_SECONDS = 420


@pytest.fixture
def settings(provider):
    """The plugin's settings, put back afterwards."""
    from near_things.qgis_plugin.settings import PluginSettings

    kept = PluginSettings()
    before = kept.interpreter
    yield kept
    kept.interpreter = before


@pytest.fixture
def root(settings, monkeypatch, tmp_path: Path) -> Path:
    """An empty folder of environments."""
    folder = tmp_path / "Umgebungen é x"
    monkeypatch.setenv("NEAR_THINGS_ENVIRONMENTS", str(folder))
    return folder


def make_plan(root: Path, python: Path, **more):
    from near_things.qgis_plugin.setup.steps import Plan

    return Plan(root, more.pop("accelerator", "cpu"), python, **more)


def run(plan, seconds: float = 60.0, until=None):
    """Run a set-up to its end, or until `until()`, and cancel then; gives it with what it told."""
    from near_things.qgis_plugin.setup.installer import Installation

    installation = Installation(plan)
    installation.shares, installation.lines, ended = [], [], []
    installation.progressed.connect(lambda share, words: installation.shares.append(share))
    installation.said.connect(lambda text: installation.lines.extend(text.splitlines()))
    installation.finished.connect(ended.append)
    installation.start()
    if until is not None:
        assert spin(lambda: bool(ended) or until(), seconds)
        installation.cancel()
    assert spin(lambda: bool(ended), seconds), installation.lines[-20:]
    assert ended == [installation.failure is None]
    return installation


def removed(folder: Path) -> bool:
    return spin(lambda: not [p for p in folder.parent.iterdir() if p.name.startswith(folder.name)])


def test_set_up_makes_verifies_and_switches(root, settings, monkeypatch, tmp_path: Path) -> None:
    from near_things.qgis_plugin import environment
    from near_things.qgis_plugin.setup.installer import running

    monkeypatch.delenv("NEAR_THINGS_PYTHON", raising=False)
    settings.interpreter = "/an/earlier/python"
    python = make_fake_python(tmp_path / "fake")
    done = run(make_plan(root, python))
    assert done.failure is None and running() is None
    marker = json.loads((done.plan.folder / "environment.json").read_text("utf-8"))
    assert marker["summary"] == "Ready: PyTorch 2.13.0+cpu, CPU, 2 cores"
    assert marker["packages"] == {"torch": "2.13.0+cpu"} and len(marker["lock"]) == 64
    assert settings.interpreter == ""
    assert environment.interpreter() == done.plan.interpreter
    assert done.shares == sorted(done.shares) and done.shares[-1] == 1.0
    assert not (root / "installing.lock").exists()
    assert "Successfully installed torch" in (root / "install.log").read_text("utf-8")
    assert spin(lambda: not list(root.glob("temporary*")))


@pytest.mark.parametrize("kind", sorted(set(MESSAGES) - {"vc_runtime"}))
def test_failing_install_of_each_class(root, tmp_path: Path, kind) -> None:
    where = "venv" if kind == "python" else "pip"
    body = f"def {where}(arguments):\n    print({MESSAGES[kind]!r})\n    sys.exit(1)"
    python = make_fake_python(tmp_path / "fake", body)
    failed = run(make_plan(root, python, wheel_folder=tmp_path))
    assert failed.failure.kind == kind
    assert failed.failure.remedy in failed.lines
    assert not (failed.plan.folder / "environment.json").exists()
    assert not (root / "installing.lock").exists()


def test_registry_without_the_build_leads_to_pytorchs_own_index(root, tmp_path: Path) -> None:
    body = f"""
def pip(arguments):
    if "torch" in arguments and "--index-url" not in arguments:
        print({MESSAGES["resolver"]!r})
        sys.exit(1)
"""
    python = make_fake_python(tmp_path / "fake", body)
    done = run(make_plan(root, python))
    assert done.failure is None
    asked = [call for call in calls_of(python) if "--index-url" in call]
    assert len(asked) == 1 and asked[0][-1] == "torch"


@pytest.mark.parametrize(
    "checks, kind",
    [
        ([dict(name="Packages", ok=False, detail=MESSAGES["vc_runtime"])], "vc_runtime"),
        ([dict(name="Packages", ok=False, detail="lmdb cannot be imported")], "unfit"),
        ([dict(name="Disk", ok=False, detail="0 GB free")], "no_space"),
    ],
)
def test_failing_check(root, tmp_path: Path, checks, kind) -> None:
    body = f"def doctor():\n    return dict(READY, ok=False, checks={checks!r})"
    python = make_fake_python(tmp_path / "fake", body)
    failed = run(make_plan(root, python))
    assert failed.failure.kind == kind
    assert not (failed.plan.folder / "environment.json").exists()
    if kind == "unfit":
        assert removed(failed.plan.folder)
    else:
        assert failed.plan.folder.is_dir()


def test_check_without_an_answer_is_unfit(root, tmp_path: Path) -> None:
    python = make_fake_python(tmp_path / "fake", "def doctor():\n    sys.exit('no torch')")
    failed = run(make_plan(root, python))
    assert failed.failure.kind == "unfit"


def test_gpu_that_is_not_seen_is_a_failure(root, tmp_path: Path) -> None:
    python = make_fake_python(tmp_path / "fake")
    failed = run(make_plan(root, python, accelerator="cuda"))
    assert failed.failure.kind == "gpu_unseen" and "CPU build" in failed.failure.remedy


def test_python_that_cannot_start(root, tmp_path: Path) -> None:
    failed = run(make_plan(root, tmp_path / "absent"))
    assert failed.failure.kind == "python"


def test_folder_that_cannot_be_made(settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    failed = run(make_plan(tmp_path / "file" / "x", make_fake_python(tmp_path / "fake")))
    assert failed.failure is not None and failed.failure.remedy


def test_cancel_ends_the_whole_tree_and_a_retry_goes_on(root, tmp_path: Path) -> None:
    number, gate = tmp_path / "number", tmp_path / "gate"
    body = f"""
def pip(arguments):
    if not os.path.exists({str(gate)!r}) and "torch" not in arguments:
        helper = subprocess.Popen(["/bin/sleep", "600"])
        Path({str(number)!r}).write_text(str(helper.pid))
        time.sleep(600)
"""
    python = make_fake_python(tmp_path / "fake", body)
    plan = make_plan(root, python, wheel_folder=tmp_path)
    stopped = run(plan, until=lambda: number.exists() and number.read_text() != "")
    assert stopped.failure.kind == "cancelled"
    assert not (plan.folder / "environment.json").exists()
    assert spin(lambda: not _runs(int(number.read_text())))
    gate.write_text("")
    done = run(plan)
    assert done.failure is None
    # venv was there already.
    assert [call[0] for call in calls_of(python)].count("venv") == 1
    assert "environment: done before" in done.diagnostics()


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_second_set_up_in_the_same_folder_is_refused(root, tmp_path: Path) -> None:
    from near_things.qgis_plugin.setup import install_lock

    root.mkdir()
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert install_lock.acquire(root) is None
        path = root / install_lock.NAME
        path.write_text(json.dumps({**json.loads(path.read_text()), "pid": other.pid}))
        failed = run(make_plan(root, make_fake_python(tmp_path / "fake")))
        assert failed.failure.kind == "locked" and str(other.pid) in failed.failure.detail
        assert path.exists()
    finally:
        other.communicate(b"\n")


def test_update_is_built_beside_the_old_and_switches_when_verified(
    root, monkeypatch, tmp_path: Path
) -> None:
    from near_things.qgis_plugin import environment
    from near_things.qgis_plugin.setup import locks, places

    monkeypatch.delenv("NEAR_THINGS_PYTHON", raising=False)
    monkeypatch.setattr(environment, "default_interpreter", lambda: tmp_path / "none")
    python = make_fake_python(tmp_path / "fake")
    old = run(make_plan(root, python)).plan.interpreter
    changed = tmp_path / "locks"
    changed.mkdir()
    for name in ("cpu.txt", "cuda.txt"):
        (changed / name).write_text("torch==2.13.0+cpu\ntqdm==4.70.2\n")
    monkeypatch.setattr(locks, "FOLDER", changed)
    seen = []
    plan = make_plan(root, python)
    assert plan.interpreter != old
    stopped = run(plan, until=lambda: seen.append(environment.interpreter()) or len(seen) > 20)
    if stopped.failure is not None:
        assert environment.interpreter() == old
        assert run(plan).failure is None
    assert seen[0] == old
    assert environment.interpreter() == plan.interpreter
    assert [e.is_current for e in places.managed_environments(root)] == [True, False]


def test_removed_environment_counts_no_longer(root, tmp_path: Path) -> None:
    from near_things.qgis_plugin.setup.places import managed_environments
    from near_things.qgis_plugin.setup.removal import remove_folders

    done = run(make_plan(root, make_fake_python(tmp_path / "fake")))
    gone = []
    remove_folders([done.plan.folder], lambda: gone.append(True))
    assert managed_environments(root) == []
    assert spin(lambda: bool(gone)) and removed(done.plan.folder)


def test_child_ends_with_its_helpers_when_qgis_goes(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.setup.steps import CHILD

    (tmp_path / "venv.py").write_text("")
    number = tmp_path / "number"
    code = (
        "import subprocess, time\n"
        "helper = subprocess.Popen(['/bin/sleep', '600'])\n"
        f"open({str(number)!r}, 'w').write(str(helper.pid))\n"
        "time.sleep(600)\n"
    )
    (tmp_path / "endless.py").write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    child = subprocess.Popen(
        [sys.executable, str(CHILD), "endless"], stdin=subprocess.PIPE, env=environment
    )
    assert spin(lambda: number.exists() and number.read_text() != "")
    assert os.getpgid(child.pid) == child.pid
    child.stdin.close()
    assert child.wait(20) != 0
    assert spin(lambda: not _runs(int(number.read_text())))


@pytest.mark.slow
def test_offline_from_a_wheel_folder(root, monkeypatch, tmp_path: Path) -> None:
    # Real venv and pip, wheels as small as can be, no network.
    from near_things.qgis_plugin.setup import locks

    wheels, changed = tmp_path / "wheels é", tmp_path / "locks"
    for folder in (wheels, changed):
        folder.mkdir()
    write_wheel(wheels, "torch", "2.13.0+cpu")
    for name in ("cpu.txt", "cuda.txt"):
        (changed / name).write_text("near_tiny==1.0\ntorch==2.13.0+cpu\n")
    monkeypatch.setattr(locks, "FOLDER", changed)
    plan = make_plan(root, Path("/usr/bin/python3"), wheel_folder=wheels)
    lacking = run(plan, 120)
    assert lacking.failure.kind == "resolver" and "near_tiny" in lacking.failure.detail
    assert "torch: done" in lacking.diagnostics()
    write_wheel(wheels, "near_tiny", "1.0")
    # All is installed; the check then finds that this torch is none.
    refused = run(plan, 120)
    assert "packages: done" in refused.diagnostics()
    assert refused.failure.kind == "unfit" and "environment: done before" in refused.diagnostics()
    assert "Successfully installed near_tiny-1.0" in (root / "install.log").read_text("utf-8")


@pytest.fixture(scope="module")
def real(provider, tmp_path_factory: pytest.TempPathFactory):
    """One real set-up for all tests below: this machine's pip, into a path with é and spaces."""
    from near_things.qgis_plugin.settings import PluginSettings
    from near_things.qgis_plugin.setup import pythons

    root = tmp_path_factory.mktemp("Umgebung é x") / "near things"
    search, found = pythons.PythonSearch(), []
    search.finished.connect(found.append)
    search.start(pythons.candidates())
    assert spin(lambda: bool(found), 60)
    python = found[0][0]
    assert python.problem == "", "this machine has no Python 3.11 to 3.13 with venv"
    kept = PluginSettings().interpreter
    done = run(make_plan(root, python.path, python_tag=python.tag), REAL_SECONDS)
    PluginSettings().interpreter = kept
    return done


@pytest.mark.slow
def test_real_set_up_is_ready(real) -> None:
    from near_things.qgis_plugin.setup.locks import requirements

    assert real.failure is None, real.diagnostics()
    assert real.environment.summary.startswith("Ready: PyTorch 2.13.0")
    counted = [line for line in real.lines if line.startswith("Successfully installed")]
    names = {name.rpartition("-")[0].lower() for line in counted for name in line.split()[2:]}
    wanted = {line.split("==")[0].lower() for line in requirements("cpu")}
    assert not {name.replace("_", "-") for name in wanted} - {n.replace("_", "-") for n in names}
    assert real.shares == sorted(real.shares)
    print(f"set up in {real.diagnostics()}")


@pytest.mark.slow
def test_real_environment_does_the_work(real, settings, monkeypatch, tmp_path: Path) -> None:
    from near_things.qgis_plugin import environment
    from near_things.qgis_plugin.process import BackendProcess, verb_arguments

    monkeypatch.delenv("NEAR_THINGS_PYTHON", raising=False)
    monkeypatch.setenv("NEAR_THINGS_ENVIRONMENTS", str(real.plan.root))
    settings.interpreter = ""
    assert environment.interpreter() == real.plan.interpreter
    arguments = verb_arguments("sample", [f"--output={tmp_path / 'landscape'}"])
    outcome = BackendProcess(
        environment.interpreter(), arguments, on_event=lambda event: None
    ).run()
    assert outcome.done, outcome.explain()
    assert list((tmp_path / "landscape").glob("*.tif"))


@pytest.mark.slow
def test_real_retry_finds_all_there(real, settings, monkeypatch) -> None:
    began = time.time()
    again = run(real.plan, REAL_SECONDS)
    assert again.failure is None
    assert "environment: done before" in again.diagnostics()
    assert not [line for line in again.lines if line.startswith("Successfully installed")]
    assert again.environment.made >= began
