"""The report: one file that needs nothing else, with the right things in the right places."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.image import imread

from backend.data.dataset import TileDataset
from backend.evaluate import main
from backend.evaluation import pictures, summary, tables
from backend.evaluation.dataset_labels import labelled_tiles_of_dataset
from backend.evaluation.protocol import Result, Settings
from backend.networks.encoder import build_encoder
from backend.networks.encoder_file import EncoderInformation, save_encoder

NAME = 'Forest <script>alert("1")</script> & Co'
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """Collects elements with their attributes, and checks that they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, make_dataset) -> str:
    """The report on a small dataset, one of whose classes has a hostile name."""
    folder = tmp_path_factory.mktemp("report & co")
    dataset = make_dataset(folder / "small.tiles", bands=["blue", "green", "red", "nir"])
    content = (dataset / "dataset.json").read_text(encoding="utf-8")
    escaped = NAME.replace('"', '\\"')
    (dataset / "dataset.json").write_text(content.replace("Class 1", escaped), encoding="utf-8")
    information = EncoderInformation(
        "saumoco", "resnet18", "small", 8, "linear", True, ("nir", "red"), (5000.0,) * 2,
        (1000.0,) * 2, None, "uint16", 8, 30.0, "0" * 64, 0, 0, "test",
    )  # fmt: skip
    network = build_encoder(information.shape, seed=0)
    save_encoder(folder / "encoder.safetensors", information, network)
    arguments = ["--encoder", folder / "encoder.safetensors", "--dataset", dataset]
    arguments += ["--output", folder / "out", "--repeats", 1, "--trees", 5, "--neighbours", 3]
    assert main([str(a) for a in arguments]) == 0
    return (folder / "out" / "report.html").read_text(encoding="utf-8")


def test_page_is_well_formed_and_needs_nothing_else(page: str) -> None:
    parsed = Page()
    parsed.feed(page)
    parsed.close()
    assert parsed.open == []
    assert page.startswith("<!doctype html>")
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in parsed.elements}
    for tag, attributes in parsed.elements:
        for name in ("src", "href", "xlink:href"):
            address = attributes.get(name) or ""
            assert not address or address.startswith(("data:image/png;base64,", "#")), (
                tag,
                address,
            )
    assert "@import" not in page
    assert all(a.startswith("#") for a in re.findall(r"url\(([^)]*)\)", page))
    assert "$" not in "".join(parsed.text)


def test_names_are_escaped(page: str) -> None:
    assert "<script>" not in page
    assert page.count("Forest &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; Co") >= 3


def test_page_says_what_was_done(page: str) -> None:
    text = _text(page)
    for expected in (
        "true ↓", "predicted →", "(recall)", "(precision)", "Band statistics",
        "Random weights, embedding", "Most frequent class", "Random forest, random splits",
        "true colour: red, green, blue",
        "python -m backend.evaluate", "--encoder=", "Fingerprint", "Seeds", "80%",
    ):  # fmt: skip
        assert expected in text, expected


def _text(page: str) -> str:
    parsed = Page()
    parsed.feed(page)
    return " ".join(" ".join(parsed.text).split())


def test_confusion_table_has_true_classes_in_rows() -> None:
    confusion = dict(
        classes=["a", "b"], matrix=[[3, 7], [0, 5]], recall=[0.3, 1.0], precision=[1.0, 5 / 12],
        accuracy=8 / 15,
    )  # fmt: skip
    rows = re.findall(r"<tr.*?</tr>", tables.confusion_table(confusion), re.DOTALL)
    cells = [re.sub(r"<[^>]+>", " ", row).split() for row in rows]
    assert cells[1] == ["a", "3", "7", "30"]
    assert cells[2] == ["b", "·", "5", "100"]
    assert cells[3][-3:] == ["100", "42", "53"]


def result(name: str, kind: str, of: str, *values: float) -> Result:
    found = Result(name, kind, of, 4)
    for value in values:
        found.add("logistic_regression", accuracy=value)
        found.add("knn_5", accuracy=value)
    return found


def test_best_of_a_column_is_bold() -> None:
    rows = [
        result("mine", "encoder", "backbone", 0.7, 0.8),
        result("other", "band statistics", "", 0.74, 0.76),
        result("third", "majority class", "", 0.2, 0.2),
    ]
    html = tables.results_table(rows, [("knn_5", "accuracy", "kNN")], 100)
    assert html.count("<strong>75.0</strong>") == 2  # a tie is bold twice
    assert '75.0</strong> <span class="spread">± 7.1</span>' in html
    assert "<td>20.0</td>" in html  # no deviation for what cannot vary


def results(encoder: float, random: float, statistics: float, spread: float) -> list[Result]:
    return [
        result("e", "encoder", "backbone", encoder - spread, encoder + spread),
        result("r", "random encoder", "backbone", random - spread, random + spread),
        result("s", "band statistics", "", statistics, statistics),
        result("m", "majority class", "", 0.35, 0.35),
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.87, 0.41, 0.79, 0.01), "gains 46.0 percentage points over random weights"),
        ((0.87, 0.41, 0.79, 0.01), "the encoder beats plain band statistics"),
        ((0.60, 0.58, 0.79, 0.03), "does not beat random weights by more than the repeats vary"),
        ((0.60, 0.58, 0.79, 0.03), "plain band statistics do better"),
        ((0.40, 0.58, 0.39, 0.02), "loses 18.0 percentage points against random weights"),
        ((0.40, 0.58, 0.39, 0.02), "the encoder is level with plain band statistics"),
    ],
)
def test_summary_is_honest(
    small_dataset: TileDataset, values: tuple[float, ...], expected: str
) -> None:
    tiles = labelled_tiles_of_dataset(small_dataset, label_column="", purity=0.6)
    sentences = summary.summary(results(*values), tiles, Settings([5], 2, 10, 0), unseen=True)
    assert expected in sentences[2]
    figure = f"recognises {100 * values[0]:.0f}\u00a0% of the tiles (3 classes)"
    assert (
        sentences[0].startswith("On ground the encoder has never seen") and figure in sentences[0]
    )


@pytest.mark.parametrize(
    ("names", "positions", "caption"),
    [
        (["blue", "green", "red", "nir"], (2, 1, 0), "true colour: red, green, blue"),
        (["B02", "B03", "B04", "B08"], (2, 1, 0), "true colour: B04, B03, B02"),
        (["green", "red", "NIR"], (2, 1, 0), "false colour: NIR, red, green"),
        (["vv", "vh", "x"], (0, 1, 2), "bands shown: vv, vh, x"),
        (["vv", "vh"], (0, 0, 0), "grey: vv"),
    ],
)
def test_bands_for_display(names: list, positions: tuple, caption: str) -> None:
    found = pictures.display_bands(names)
    assert (found.positions, found.caption) == (positions, caption)


def test_tiles_are_stretched_alike_and_nodata_is_white() -> None:
    stretch = np.array([[0.0, 100.0], [100.0, 300.0], [0.0, 10.0], [0.0, 1.0]])
    bands = pictures.DisplayBands((1, 0, 2), "")
    tile = np.zeros((4, 2, 2), "int16")
    tile[0] = [[0, 50], [100, 200]]
    tile[1] = [[100, 200], [300, 50]]
    tile[2, 1, 1] = -1
    image = pictures.picture(tile, bands, stretch, -1.0)
    half = round(255 * 0.5**pictures.GAMMA)
    assert image[0, 0].tolist() == [0, 0, 0]
    assert image[0, 1].tolist() == [half, half, 0]
    assert image[1, 0].tolist() == [255, 255, 0]
    assert image[1, 1].tolist() == [255, 255, 255]
    # The same values look the same in a brighter tile.
    brighter = tile.copy()
    brighter[:, 1] = 300
    assert (pictures.picture(brighter, bands, stretch, -1.0)[0] == image[0]).all()
    content = base64.b64decode(pictures.data_uri(image).split(",")[1])
    decoded = imread(io.BytesIO(content), format="png")
    assert (np.rint(255 * decoded[..., :3]) == image).all()


def test_examples_show_the_nearest_tiles(small_dataset: TileDataset) -> None:
    tiles = labelled_tiles_of_dataset(small_dataset, label_column="", purity=0.6)
    # Every tile of class 0 and 1 points the way of its class; class 2 looks like class 1.
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [0.01, 1.0]])[tiles.labels]
    html, caption = tables.examples(tiles, vectors, seed=0)
    rows = html.split('<div class="example">')[1:]
    assert len(rows) == 3
    assert rows[0].count('class="right"') == tables.SHOWN_NEIGHBOURS
    assert "✗" not in rows[0]
    assert rows[2].count("<img ") == 1 + tables.SHOWN_NEIGHBOURS
    assert caption.startswith("bands shown: b1, b2, b3")
    # The picture of the query is a held-out tile of class 0.
    uri = re.search(r'class="query"><img src="([^"]+)"', rows[0]).group(1)
    bands = pictures.display_bands(tiles.bands)
    own = tiles.test[tiles.labels[tiles.test] == 0]
    shown = [
        pictures.data_uri(pictures.picture(p, bands, tiles.stretch, tiles.nodata))
        for p in tiles.read(own)
    ]
    assert uri in shown
