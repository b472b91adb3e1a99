"""The plugin's zip, built from HEAD: what the plugin repository checks, and its two scans."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests"))
from package_check import FILLED_IN_ON_PUBLISHING, problems_of  # noqa: E402

# The rules that the plugin repository enables (its scan of July 2026). The first can never be
# skipped there; the rest, and the rules on XML, could be, and are held to as well.
NEVER_SKIPPABLE = (
    *(f"B{n}" for n in (102, 103, 105, 106, 107, 111, 201, 202, 301, 302, 304, 305, 306, 307, 312)),
    *(f"B{n}" for n in (321, 323, 401, 402, 412, 413, 501, 502, 503, 505, 506, 507, 601, 602, 604)),
    *(f"B{n}" for n in (605, 609, 610, 611, 612, 613, 615, 701)),
)
SKIPPABLE = tuple(
    f"B{n}" for n in (101, 104, 108, 110, 112, 113, 311, 324, 403, 603, 606, 607, 608, 614)
)
XML = tuple(f"B{n}" for n in (*range(313, 321), *range(405, 412)))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip as `make package` makes it."""
    path = tmp_path_factory.mktemp("dist") / "near_things.zip"
    command = ["git", "archive", "--format=zip", "--prefix=near_things/", f"--output={path}"]
    subprocess.run([*command, "HEAD"], check=True, cwd=REPOSITORY)
    return path


@pytest.fixture(scope="module")
def unpacked(package: Path) -> Path:
    folder = package.parent / "unpacked"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder / "near_things"


def bandit(folder: Path) -> list[str]:
    """The findings under the enabled rules, "rule file:line text" each."""
    import bandit.core.extension_loader as known

    wanted = (*NEVER_SKIPPABLE, *SKIPPABLE, *XML)
    # Rules come and go between releases of bandit: those that this one lacks cannot be asked for.
    rules = [rule for rule in wanted if known.MANAGER.check_id(rule)]
    assert len(rules) > 60, rules
    done = subprocess.run(
        [sys.executable, "-m", "bandit", "-q", "-r", ".", "-f", "json", "-t", ",".join(rules)],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    report = json.loads(done.stdout)
    assert not report["errors"] and report["metrics"]["_totals"]["loc"] > 0
    return [
        f"{r['test_id']} {r['filename']}:{r['line_number']} {r['issue_text']}"
        for r in report["results"]
    ]


def secrets(folder: Path) -> list[str]:
    """What the scan for secrets finds. Its exit status says nothing: the report does."""
    done = subprocess.run(
        [sys.executable, "-m", "detect_secrets", "scan", "--all-files", "."],
        capture_output=True,
        text=True,
        cwd=folder,
        check=True,
    )
    found = json.loads(done.stdout)["results"]
    return [f"{f}:{one['line_number']} {one['type']}" for f, all_ in found.items() for one in all_]


def test_zip_is_as_the_plugin_repository_asks(package: Path) -> None:
    assert problems_of(package) == []


def test_only_what_cannot_be_invented_is_missing_from_the_metadata(unpacked: Path) -> None:
    text = (unpacked / "metadata.txt").read_text(encoding="utf-8")
    given = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    assert FILLED_IN_ON_PUBLISHING == ("email", "tracker", "repository")
    assert [key for key in FILLED_IN_ON_PUBLISHING if given.get(key)] == []


@pytest.mark.slow
def test_bandit_finds_nothing(unpacked: Path) -> None:
    assert bandit(unpacked) == []


def test_exemptions_name_their_rule(unpacked: Path) -> None:
    """No blanket ones, few, and none from a rule that can never be skipped."""
    lines = [
        (path.name, line)
        for path in unpacked.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "nosec" in line
    ]
    for name, line in lines:
        rules = line.rpartition("# nosec")[2].split()
        assert rules and not set(rules) & set(NEVER_SKIPPABLE), f"{name}: {line}"
        assert set(rules) <= {*SKIPPABLE, *XML, "B404"}, f"{name}: {line}"
    assert len(lines) <= 5
    assert not list(unpacked.rglob(".bandit")) and not list(unpacked.rglob(".secrets.baseline"))


@pytest.mark.slow
def test_scan_for_secrets_finds_nothing(unpacked: Path) -> None:
    assert secrets(unpacked) == []


def test_scans_can_fail(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    # Put together here, so that this file itself holds nothing to find.
    key = "AKIA" + "IOSFODNN7" + "ABCDEFG"
    bad.write_text(f"import pickle\nexec(pickle.loads(b''))\nkey = '{key}'\n")
    assert {line.split()[0] for line in bandit(tmp_path)} >= {"B102", "B301", "B403"}
    assert any("AWS" in line for line in secrets(tmp_path))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda z: z.writestr("other/a.py", ""), "not one top folder"),
        (lambda z: z.writestr("near_things/tests/a.py", ""), "does not belong"),
        (lambda z: z.writestr("near_things/backend/a.pyc", ""), "is of no kind"),
        (lambda z: z.writestr("near_things/.secrets.baseline", ""), "is hidden"),
        (lambda z: z.writestr("near_things/docs/big.png", b"\0" * 26 * 2**20), "bytes;"),
    ],
)
def test_checks_can_fail(package: Path, tmp_path: Path, change, words: str) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(package.read_bytes())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        change(archive)
    assert any(words in problem for problem in problems_of(path))


def test_check_of_the_metadata_can_fail(unpacked: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    text = "[general]\nname=Best plugin\nversion=new\nauthor=a/b\n"
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("near_things/metadata.txt")
        archive.writestr(entry, text)
        script = zipfile.ZipInfo("near_things/backend/a.py")
        script.external_attr = 0o100755 << 16
        archive.writestr(script, "")
    found = " ".join(problems_of(path))
    for words in (
        "lacks about", "lacks description", "version is no version", "the word plugin", "a slash",
        "without hasProcessingProvider", "no icon", "LICENSE is missing", "a.py is executable",
    ):  # fmt: skip
        assert words in found
