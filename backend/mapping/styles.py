"""Styles for QGIS: a `.qml` file beside a layer is its default style."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from backend.runtime.files import whole_file

# Viridis at equal steps: even to the eye, also in grey and for the colour-blind.
VIRIDIS = (
    "#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89",
    "#35b779", "#6ece58", "#b5de2b", "#fde725",
)  # fmt: skip
_HEADER = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_RANK_COLOURS = ("#d7301f", "#fc8d59", "#fdcc8a", "#74a9cf", "#0570b0")


def style_path(layer: Path) -> Path:
    """Where QGIS looks for the default style of a layer's file."""
    return layer.with_suffix(".qml")


def write_style(style: Element, layer: Path) -> None:
    """Write a style beside the file of its layer."""
    ElementTree.indent(style, " ")
    text = _HEADER + ElementTree.tostring(style, encoding="unicode") + "\n"
    with whole_file(style_path(layer)) as temporary:
        temporary.write_text(text, encoding="utf-8")


def colour_composite(bands: Sequence[int], low: Sequence[float], high: Sequence[float]) -> Element:
    """Three bands (from 1) as red, green and blue, each stretched from `low` to `high`."""
    names = ("red", "green", "blue")
    chosen = {f"{n}Band": str(band) for n, band in zip(names, bands, strict=True)}
    root, renderer = _raster_style("multibandcolor", **chosen)
    for name, minimum, maximum in zip(names, low, high, strict=True):
        stretch = SubElement(renderer, f"{name}ContrastEnhancement")
        SubElement(stretch, "minValue").text = repr(float(minimum))
        SubElement(stretch, "maxValue").text = repr(float(maximum))
        SubElement(stretch, "algorithm").text = "StretchToMinimumMaximum"
    return root


def paletted(names: Sequence[str], colours: Sequence[tuple[int, int, int]]) -> Element:
    """Values 1, 2, … in colours of their own, with names."""
    root, renderer = _raster_style("paletted", band="1")
    palette = SubElement(renderer, "colorPalette")
    for value, (name, colour) in enumerate(zip(names, colours, strict=True), start=1):
        colour_text = "#{:02x}{:02x}{:02x}".format(*colour)
        SubElement(
            palette, "paletteEntry", value=str(value), color=colour_text, label=name, alpha="255"
        )
    return root


def ramp(low: float, high: float) -> Element:
    """One band from `low` to `high` in viridis; values beyond take the end's colour."""
    root, renderer = _raster_style(
        "singlebandpseudocolor",
        band="1",
        classificationMin=repr(low),
        classificationMax=repr(high),
    )
    shader = SubElement(
        SubElement(renderer, "rastershader"),
        "colorrampshader",
        colorRampType="INTERPOLATED",
        classificationMode="1",
        clip="0",
        minimumValue=repr(low),
        maximumValue=repr(high),
    )
    for value, colour in zip(np.linspace(low, high, len(VIRIDIS)), VIRIDIS, strict=True):
        SubElement(
            shader, "item", value=f"{value:.6g}", color=colour, label=f"{value:.2f}", alpha="255"
        )
    return root


def outlines_by_rank(count: int) -> Element:
    """Polygon outlines coloured by the field `rank`, 1 to `count`, in five classes at most."""
    root = Element("qgis", version="3.22.0", styleCategories="Symbology")
    renderer = SubElement(
        root,
        "renderer-v2",
        type="graduatedSymbol",
        attr="rank",
        graduatedMethod="GraduatedColor",
        symbollevels="0",
        enableorderby="0",
    )
    ranges, symbols = SubElement(renderer, "ranges"), SubElement(renderer, "symbols")
    ends = np.unique(np.linspace(0, count, len(_RANK_COLOURS) + 1).round().astype(int))
    for number, (before, last) in enumerate(itertools.pairwise(ends)):
        first = int(before) + 1
        SubElement(
            ranges,
            "range",
            lower=str(first - 0.5),
            upper=str(last + 0.5),
            label=f"rank {first}" if first == last else f"rank {first} to {last}",
            symbol=str(number),
            render="true",
        )
        _outline(symbols, str(number), _RANK_COLOURS[number])
    return root


def _raster_style(renderer_type: str, **attributes: str) -> tuple[Element, Element]:
    root = Element("qgis", version="3.22.0", styleCategories="Symbology")
    pipe = SubElement(root, "pipe")
    renderer = SubElement(
        pipe,
        "rasterrenderer",
        type=renderer_type,
        opacity="1",
        alphaBand="-1",
        nodataColor="",
        **attributes,
    )
    return root, renderer


def _outline(symbols: Element, name: str, colour: str) -> None:
    """A fill symbol that is an outline alone, so that the imagery shows through."""
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    symbol = SubElement(
        symbols, "symbol", type="fill", name=name, alpha="1", clip_to_extent="1", force_rhr="0"
    )
    layer = SubElement(symbol, "layer", attrib={"class": "SimpleLine"}, enabled="1", locked="0")
    properties = {
        "line_color": f"{red},{green},{blue},255",
        "line_style": "solid",
        "line_width": "0.6",
        "line_width_unit": "MM",
        "joinstyle": "miter",
    }
    for key, value in properties.items():
        # Versions before 3.26 read <prop>, later ones read <Option>.
        SubElement(layer, "prop", k=key, v=value)
    options = SubElement(layer, "Option", type="Map")
    for key, value in properties.items():
        SubElement(options, "Option", type="QString", name=key, value=value)
