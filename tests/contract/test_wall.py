"""The wall between plugin and backend, and the direction of imports within the backend."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

# From the ground up; a package may import from its own rank and below.
RANKS = {
    "contract": 0,
    "runtime": 1,
    "data": 2,
    "views": 3,
    "networks": 3,
    "losses": 3,
    "hooks": 3,
    "methods": 4,
    "training": 5,
    "evaluation": 5,
    "mapping": 5,
    "search": 5,
    "classification": 5,
    "comparison": 5,
    "projection": 5,
}
VERB_RANK = 6


def python_files(folder: str) -> list[Path]:
    files = sorted((REPOSITORY / folder).rglob("*.py"))
    assert files, f"no Python files in {folder}"
    return files


def imported_modules(path: Path) -> list[str]:
    """Absolute names of all that a file imports, at any depth, relative imports resolved.

    `from a.b import c` counts as `a.b.c`, since c may be a module.
    """
    package = list(path.relative_to(REPOSITORY).parts[:-1])
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            names += [f"{base}.{alias.name}" for alias in node.names]
    return names


def is_standard(module: str) -> bool:
    return module.split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("path", python_files("backend/contract"), ids=lambda p: p.name)
def test_contract_imports_the_standard_library_alone(path: Path) -> None:
    foreign = [
        m
        for m in imported_modules(path)
        if not is_standard(m) and not m.startswith("backend.contract")
    ]
    assert foreign == []


@pytest.mark.parametrize("path", python_files("backend/contract"), ids=lambda p: p.name)
def test_contract_keeps_to_python_3_9(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    for node in ast.walk(tree):
        # What parses under 3.9 and still fails there: newer keywords of dataclass and zip.
        if isinstance(node, ast.Call):
            newer = {k.arg for k in node.keywords} & {"slots", "kw_only", "strict", "match_args"}
            assert not newer, f"{path.name}:{node.lineno} uses {newer}"
    annotated = any(isinstance(n, (ast.AnnAssign, ast.arg)) for n in ast.walk(tree))
    if annotated:
        source = path.read_text(encoding="utf-8")
        assert "from __future__ import annotations" in source, "X | Y fails when evaluated on 3.9"


def test_contract_runs_without_any_installed_package() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from backend.contract import events, jobs, methods, settings;"
        "job = methods.make_train_job({'dataset': 'a', 'output': 'b'});"
        "print(settings.to_arguments(job)[0])"
    )
    # -I -S: no site-packages at all.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(REPOSITORY)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "--dataset=a"


def test_plugin_imports_only_what_qgis_has() -> None:
    files = [*python_files("qgis_plugin"), REPOSITORY / "__init__.py"]
    allowed = ("qgis", "numpy", "processing", "qgis_plugin", "backend.contract")
    for path in files:
        for module in imported_modules(path):
            ours = any(module == a or module.startswith(a + ".") for a in allowed)
            assert ours or is_standard(module), f"{path.name} imports {module}"


def test_plugin_reaches_the_contract_by_relative_imports() -> None:
    for path in python_files("qgis_plugin"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                assert node.module.split(".")[0] not in ("backend", "qgis_plugin"), path
            if isinstance(node, ast.Import):
                for alias in node.names:
                    assert alias.name.split(".")[0] not in ("backend", "qgis_plugin"), path


def test_plugin_takes_qt_from_qgis() -> None:
    for path in python_files("qgis_plugin"):
        for module in imported_modules(path):
            assert not module.startswith(("PyQt5", "PyQt6", "PySide")), f"{path.name}: {module}"


@pytest.mark.parametrize(
    "path", python_files("backend"), ids=lambda p: str(p.relative_to(REPOSITORY))
)
def test_backend_imports_run_downhill(path: Path) -> None:
    parts = path.relative_to(REPOSITORY / "backend").parts
    # A verb is a top-level module, or the __main__ of a package of the same name.
    is_verb = len(parts) == 1 or parts[-1] == "__main__.py"
    own = VERB_RANK if is_verb else RANKS[parts[0]]
    for module in imported_modules(path):
        assert module.split(".")[0] not in ("qgis", "qgis_plugin", "PyQt5", "osgeo")
        name = module.split(".")
        if name[0] == "backend" and len(name) > 1 and name[1] != "__version__":
            rank = RANKS.get(name[1], VERB_RANK)
            assert rank <= own, f"{module} lies above {'/'.join(parts)}"


def test_all_that_the_backend_imports_is_declared() -> None:
    """Also what other packages bring: they may leave it out one day."""
    import importlib.metadata
    import tomllib

    def plain(requirement: str) -> str:
        return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    declared = {plain(text) for part in (project["dependencies"], *extras) for text in part}
    made_by = importlib.metadata.packages_distributions()
    missing = {
        name
        for path in python_files("backend")
        for name in (module.split(".")[0] for module in imported_modules(path))
        # Of what is not installed here, as extras need not be, nothing tells the package's name.
        if not is_standard(name) and name != "backend" and name in made_by
        if not declared & {plain(maker) for maker in made_by[name]}
    }
    assert not missing


def test_packages_of_the_backend_form_no_circle() -> None:
    edges: dict[str, set[str]] = {name: set() for name in RANKS}
    for path in python_files("backend"):
        parts = path.relative_to(REPOSITORY / "backend").parts
        if len(parts) == 1 or parts[-1] == "__main__.py":
            continue
        for module in imported_modules(path):
            name = module.split(".")
            if name[0] == "backend" and len(name) > 1 and name[1] in RANKS and name[1] != parts[0]:
                edges[parts[0]].add(name[1])
    done: set[str] = set()
    while len(done) < len(edges):
        ready = [n for n in edges if n not in done and edges[n] <= done]
        assert ready, f"a circle among {sorted(set(edges) - done)}"
        done.update(ready)


def test_nothing_reads_a_pickle_or_runs_a_shell() -> None:
    for path in [*python_files("backend"), *python_files("qgis_plugin")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                text = ast.unparse(node)
                assert "shell=True" not in text, f"{path}:{node.lineno}"
                assert not text.startswith(("pickle.", "os.system(", "joblib.load(")), path
                if text.startswith("torch.load("):
                    assert "weights_only=True" in text, f"{path}:{node.lineno}"
                if text.startswith(("np.load(", "numpy.load(")):
                    assert "allow_pickle=True" not in text, f"{path}:{node.lineno}"
                assert not text.startswith("yaml.load("), f"{path}:{node.lineno}"
