"""Styles for QGIS: a `.qml` file beside a layer is its default style."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

# Styles are written here, and no XML is read: nothing of others is parsed.
from xml.etree import ElementTree  # nosec B405
from xml.etree.ElementTree import Element, SubElement  # nosec B405

import numpy as np
import pandas

from backend.runtime.files import whole_file

# Viridis at equal steps: even to the eye, also in grey and for the colour-blind.
VIRIDIS = (
    "#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89",
    "#35b779", "#6ece58", "#b5de2b", "#fde725",
)  # fmt: skip
# Yellow to dark red, ColorBrewer's YlOrRd: stands out on imagery, even to the eye.
WARM = ("#fed976", "#feb24c", "#fd8d3c", "#fc4e2a", "#e31a1c", "#b10026")
_HEADER = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_RANK_COLOURS = ("#d7301f", "#fc8d59", "#fdcc8a", "#74a9cf", "#0570b0")


def style_path(layer: Path) -> Path:
    """Where QGIS looks for the default style of a layer's file."""
    return layer.with_suffix(".qml")


def write_style(style: Element, layer: Path) -> None:
    """Write a style beside the file of its layer."""
    with whole_file(style_path(layer)) as temporary:
        temporary.write_text(_as_text(style), encoding="utf-8")


def layer_styles(by_layer: Mapping[str, Element]) -> pandas.DataFrame:
    """The table `layer_styles` of a GeoPackage, from which QGIS takes its layers' default styles.

    A file beside it would be the style of all its layers, and of a raster of the same name.
    """
    rows = [
        dict(
            f_table_catalog="",
            f_table_schema="",
            f_table_name=layer,
            f_geometry_column="geom",
            styleName=layer,
            styleQML=_as_text(style),
            styleSLD="",
            useAsDefault=True,
            description="",
            owner="",
            ui="",
            update_time=pandas.Timestamp.now("UTC"),
        )
        for layer, style in by_layer.items()
    ]
    return pandas.DataFrame(rows)


def _as_text(style: Element) -> str:
    ElementTree.indent(style, " ")
    return _HEADER + ElementTree.tostring(style, encoding="unicode") + "\n"


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


def paletted(
    names: Sequence[str],
    colours: Sequence[tuple[int, int, int]],
    values: Sequence[int] | None = None,
) -> Element:
    """Values in colours of their own, with names; 1, 2, … where `values` does not say others."""
    root, renderer = _raster_style("paletted", band="1")
    palette = SubElement(renderer, "colorPalette")
    values = range(1, len(names) + 1) if values is None else values
    for value, name, colour in zip(values, names, colours, strict=True):
        colour_text = "#{:02x}{:02x}{:02x}".format(*colour)
        SubElement(
            palette, "paletteEntry", value=str(value), color=colour_text, label=name, alpha="255"
        )
    return root


def ramp(
    low: float,
    high: float,
    *,
    transparent_below: float | None = None,
    colours: Sequence[str] = VIRIDIS,
) -> Element:
    """One band in even steps of `colours` from `low` to `high`; beyond, the colours of the ends.

    Values under `transparent_below` let what lies beneath the layer show.
    """
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
    first = low if transparent_below is None else max(low, min(transparent_below, high))
    if transparent_below is not None:
        # A step, not a slope: colours between two entries of a ramp are mixed, opacity too.
        _ramp_entry(shader, first - (high - low) * 1e-6, colours[0], alpha=0)
    for value, colour in zip(np.linspace(first, high, len(colours)), colours, strict=True):
        _ramp_entry(shader, value, colour)
    return root


def _ramp_entry(shader: Element, value: float, colour: str, alpha: int = 255) -> None:
    label = f"{value:.2f}" if alpha else f"less than {value:.2f}"
    SubElement(shader, "item", value=f"{value:.8g}", color=colour, label=label, alpha=str(alpha))


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
        _symbol(symbols, "fill", str(number), "SimpleLine", _line(_RANK_COLOURS[number]))
    return root


def area_outlines() -> Element:
    """Polygons as red outlines that let what lies beneath show through."""
    root = Element("qgis", version="3.22.0", styleCategories="Symbology")
    renderer = SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
    symbols = SubElement(renderer, "symbols")
    _symbol(symbols, "fill", "0", "SimpleLine", _line(_RANK_COLOURS[0]))
    return root


def points_by_kind(field: str, colours: Mapping[object, str]) -> Element:
    """Points in the colour "#rrggbb" of their field's value; all in one where there is none."""
    root = Element("qgis", version="3.22.0", styleCategories="Symbology")
    kind = "categorizedSymbol" if colours else "singleSymbol"
    renderer = SubElement(root, "renderer-v2", type=kind, symbollevels="0")
    symbols = Element("symbols")
    if colours:
        renderer.set("attr", field)
        categories = SubElement(renderer, "categories")
        for number, value in enumerate(colours):
            SubElement(
                categories,
                "category",
                value=str(value),
                type="long" if isinstance(value, int) else "string",
                symbol=str(number),
                label=str(value),
                render="true",
            )
    renderer.append(symbols)
    for number, colour in enumerate(colours.values() or ["#31688e"]):
        red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
        mark = {
            "name": "circle",
            "color": f"{red},{green},{blue},255",
            "outline_style": "no",
            "size": "1.6",
        }
        _symbol(symbols, "marker", str(number), "SimpleMarker", mark)
    return root


def query_marks(*, polygons: bool) -> Element:
    """Points as white crosses in black, or polygons as black outlines: what was searched from."""
    root = Element("qgis", version="3.22.0", styleCategories="Symbology")
    renderer = SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
    symbols = SubElement(renderer, "symbols")
    if polygons:
        _symbol(symbols, "fill", "0", "SimpleLine", _line("#000000"))
        return root
    mark = {
        "name": "cross_fill",
        "color": "255,255,255,255",
        "outline_color": "0,0,0,255",
        "outline_width": "0.3",
        "size": "4",
    }
    _symbol(symbols, "marker", "0", "SimpleMarker", mark)
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


def _line(colour: str) -> dict[str, str]:
    """Properties of an outline that lets the imagery show through."""
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return {
        "line_color": f"{red},{green},{blue},255",
        "line_style": "solid",
        "line_width": "0.6",
        "line_width_unit": "MM",
        "joinstyle": "miter",
    }


def _symbol(
    symbols: Element, kind: str, name: str, layer_class: str, properties: dict[str, str]
) -> None:
    """A symbol of one layer."""
    symbol = SubElement(symbols, "symbol", type=kind, name=name, alpha="1", clip_to_extent="1")
    layer = SubElement(symbol, "layer", attrib={"class": layer_class}, enabled="1", locked="0")
    options = SubElement(layer, "Option", type="Map")
    for key, value in properties.items():
        SubElement(options, "Option", type="QString", name=key, value=value)
        # Versions before 3.26 read <prop>, later ones <Option>.
        SubElement(layer, "prop", k=key, v=value)
