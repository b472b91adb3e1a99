"""The manual behind the help button, and the model that comes with the plugin."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree.ElementTree import canonicalize

from inputs import raster_layer

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = REPOSITORY / "resources" / "models" / "whole_line.model3"


def test_every_algorithm_has_a_page(provider) -> None:
    from qgis.PyQt.QtCore import QUrl

    text = (REPOSITORY / "docs" / "processing.md").read_text(encoding="utf-8")
    for algorithm in provider.algorithms():
        url = QUrl(algorithm.helpUrl())
        assert url.isLocalFile(), algorithm.name()
        page = Path(url.toLocalFile())
        title = algorithm.displayName()
        assert f"## {title}\n" in text, f"docs/processing.md does not tell of {title}"
        assert page.suffix == ".html" and title.split(" (")[0] in page.read_text(encoding="utf-8")
        others = [a.displayName() for a in provider.algorithms() if a.displayName() != title]
        headings = re.findall(r"<h2[^>]*>.*?</h2>", page.read_text(encoding="utf-8"), re.DOTALL)
        assert len(headings) == 1 and not any(f">{other}<" in headings[0] for other in others)


def test_links_of_the_manual_lead_somewhere() -> None:
    docs = REPOSITORY / "docs"
    text = (docs / "processing.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert (docs / link).exists(), link


def links_of(page: Path) -> list[Path]:
    """The files that a page of HTML shows or leads to."""
    from qgis.PyQt.QtCore import QUrl

    found = re.findall('(?:src|href)="([^"]+)"', page.read_text(encoding="utf-8"))
    urls = [QUrl(link) for link in found if not link.startswith(("#", "http"))]
    return [Path(url.toLocalFile()) for url in urls]


def test_a_page_finds_its_pictures_and_links(provider) -> None:
    from qgis.PyQt.QtCore import QUrl

    page = Path(QUrl(provider.algorithm("buildtiledataset").helpUrl()).toLocalFile())
    files = links_of(page)
    assert all(file.is_file() for file in files), files
    assert REPOSITORY / "resources" / "help" / "build.jpg" in [file.resolve() for file in files]
    assert page.with_name("processing.html") in files


def test_every_page_of_the_documentation_can_be_read_in_a_browser(provider) -> None:
    """From the user guide on: no link leads to a file that a browser would show as source."""
    from near_things.qgis_plugin.manual import DOCS, web_page

    first = web_page(DOCS / "user_guide.md")
    pages = sorted(first.parents[1].rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        for file in links_of(page):
            assert file.is_file(), (page, file)
            assert file.suffix != ".md", (page, file)
    text = first.read_text(encoding="utf-8")
    assert "User guide" in text and "<table" in text


def test_the_model_is_whole(provider) -> None:
    """All its steps are found, and it asks for and gives what the manual says."""
    model = provider.algorithm("wholeline").create()
    children = model.childAlgorithms()
    assert list(children) == ["build", "cluster", "embed", "evaluate", "similarity", "train"]
    for child in children.values():
        assert child.algorithm() is not None and child.isActive()
        known = {p.name() for p in child.algorithm().parameterDefinitions()}
        assert set(child.parameterSources()) <= known
    outputs = {output.name() for output in model.outputDefinitions()}
    assert outputs == {
        "build:TILES", "train:RUN", "evaluate:EVALUATION", "embed:EMBEDDING", "cluster:CLUSTERS",
        "similarity:SIMILARITY",
    }  # fmt: skip
    help_page = model.shortHelpString()
    assert "whole line" in help_page
    for parameter in model.parameterDefinitions():
        assert parameter.description()


FAKE = """
place = os.path.dirname(__file__)
with open(os.path.join(place, "calls.jsonl"), "a") as file:
    file.write(json.dumps([verb, sys.argv[5:]]) + "\\n")
say("started", verb=verb, job={}, process_id=1, software="0")
output = option("--output")
if output.endswith(".tif"):
    import shutil
    shutil.copy(os.path.join(place, "map.tif"), output)
else:
    os.makedirs(output)
    name = {"build": "dataset.json", "train": "encoder.safetensors"}.get(verb, "evaluation.json")
    content = {}
    if verb == "build":
        content = dict(neighbour_radius_px=4, bands=[{"name": "red"}], classes=[], count=7,
                       dates_per_chip=1, tile_size_px=8)
    open(os.path.join(output, name), "w").write(json.dumps(content))
finish()
"""


def test_the_model_hands_on_what_each_step_makes(provider, fake_backend, tmp_path) -> None:
    import processing

    python = fake_backend(FAKE)
    map_ = raster_layer(python.parent / "map.tif", bands=2)
    assert map_.isValid()
    results = processing.run(
        "nearthings:wholeline",
        {
            "SCENE": raster_layer(tmp_path / "scène.tif"),
            "LAND_COVER": raster_layer(tmp_path / "cover.tif"),
            "CLASS_TABLE": "nlcd",
            "POINT": "300500,4099500 [EPSG:32612]",
            "TILE_SIZE_PX": 16,
            "NEIGHBOUR_RADIUS_PX": 4,
            "STEPS": 5,
            "build:TILES": "TEMPORARY_OUTPUT",
            "train:RUN": str(tmp_path / "run"),
            "evaluate:EVALUATION": "TEMPORARY_OUTPUT",
            "embed:EMBEDDING": str(tmp_path / "embedding.tif"),
            "cluster:CLUSTERS": "TEMPORARY_OUTPUT",
            "similarity:SIMILARITY": str(tmp_path / "similarity.tif"),
        },
    )
    lines = (python.parent / "calls.jsonl").read_text().splitlines()
    calls = dict(json.loads(line) for line in lines)
    assert [json.loads(line)[0] for line in lines][:2] == ["build", "train"]
    assert set(calls) == {"build", "train", "evaluate", "embed", "cluster", "similarity"}
    assert f"--dataset={results['build:TILES']}" in calls["train"]
    encoder = f"--encoder={tmp_path / 'run' / 'encoder.safetensors'}"
    assert encoder in calls["evaluate"] and encoder in calls["embed"]
    for verb in ("cluster", "similarity"):
        assert f"--embedding={tmp_path / 'embedding.tif'}" in calls[verb]
    assert "--points=300500.0,4099500.0" in calls["similarity"]
    assert "--class-table=nlcd" in calls["build"] and "--class-table=nlcd" in calls["cluster"]
    assert f"--scenes={tmp_path / 'scène.tif'}" in calls["embed"]


def test_the_model_is_what_its_script_makes(provider, tmp_path) -> None:
    """Made anew, so that a renamed parameter shows here."""
    import importlib.util

    specification = importlib.util.spec_from_file_location("make", MODEL.with_name("make.py"))
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    path = tmp_path / "again.model3"
    assert module.make_model().toFile(str(path))

    # The order of attributes differs from one writing to the next.
    again, shipped = (canonicalize(from_file=file, strip_text=True) for file in (path, MODEL))
    assert again == shipped
