"""UMAP of vectors: the form of the backend's projection, filled in for what the plot shows."""

from pathlib import Path
from typing import Dict, Optional, Sequence

from qgis.core import QgsMapLayer, QgsVectorLayer

from ...algorithms.checks import read_json
from ...explore.vectors import RECORD
from ...scatter.points import first_axes
from ...translation import tr
from ..explore_page.map_box import find_form
from .sources import Source, VectorsSource

PROJECT_VERB = "project"
AXES = ("umap1", "umap2")


def umap_problem(source: Optional[Source]) -> str:
    """Why UMAP cannot be computed, as a sentence."""
    if find_form(PROJECT_VERB) is None:
        return tr("UMAP is not part of this version. PCA shows the same vectors.")
    if not isinstance(source, VectorsSource) or not form_values(source):
        return tr("Choose an embedding map or a tile dataset to compute UMAP.")
    return ""


def form_values(source: VectorsSource) -> Dict[str, str]:
    """The form's fields that say whose vectors they are; none where that is not known."""
    target = source.target
    if target is None:
        # What was laid out earlier says itself from what.
        record = read_json(source.folder / RECORD)
        dataset, encoder = (record.get(key, {}).get("path", "") for key in ("source", "encoder"))
        if not dataset or not encoder:
            return {}
        return {"DATASET": str(Path(dataset).parent), "ENCODER": encoder}
    if target.encoder is None:
        return {"EMBEDDING": str(target.path)}
    return {"DATASET": str(target.path), "ENCODER": str(target.encoder.path)}


def open_umap_form(source: VectorsSource, output: Path) -> None:
    """Open the form of the projection; what it makes becomes a layer of the project."""
    import processing

    values = {**form_values(source), "METHOD": "umap", "OUTPUT": str(output)}
    processing.execAlgorithmDialog(find_form(PROJECT_VERB).id(), values)


def umap_layer(layers: Sequence[QgsMapLayer]) -> Optional[QgsVectorLayer]:
    """The first of some layers that holds UMAP coordinates."""
    found = (one for one in layers if isinstance(one, QgsVectorLayer) and one.isValid())
    return next((layer for layer in found if first_axes(layer) == AXES), None)
