"""Find changes: what differs between two embedding maps of one place."""

from qgis.core import QgsProcessingOutputNumber

from ...backend.contract.jobs import ChangeJob
from ..results import finish_output
from . import checks
from .base import BackendAlgorithm

# Outputs by the names that the backend's metric event has for them, and what they are.
_NUMBERS = {
    "THRESHOLD_USED": ("threshold", 1.0, "Distance above which a cell has changed"),
    "CHANGED_SHARE": ("changed_fraction", 1.0, "Share of the cells that changed"),
    "CHANGED_KM2": ("changed_area_m2", 1e-6, "Area of the cells that changed (km²)"),
    "COUNT": ("places", 1.0, "Number of changed places"),
}


class FindChanges(BackendAlgorithm):
    """The verb `change`."""

    verb = "change"
    identifier = "findchanges"
    title = "Find changes"
    section = "Maps"
    job_class = ChangeJob
    keywords = ("change detection", "two dates", "difference", "deforestation", "otsu", "rosin")
    description = (
        "Compares two embedding maps of one place, made by the same encoder from scenes of two "
        "dates: a map of the distance between the two vectors of each cell, and polygons of the "
        "places that changed, the largest first. Where change begins is found by itself, or given."
    )
    example = (
        "Make embedding maps of the scenes of 1985 and 2020 with one encoder and one stride, and "
        "choose them here. Too much is outlined? Raise the threshold, which the log names, or the "
        "least number of cells."
    )
    without = ("overwrite",)
    helps = {
        "threshold_method": "How the threshold is found where none is given\n"
        "rosin: The corner of a histogram with one peak; made for few changes\n"
        "otsu: The best parting into two groups; for places where much has changed",
        "threshold": "Distance, 0 to 2, above which a cell has changed; by default it is found",
    }

    def initAlgorithm(self, configuration=None) -> None:
        super().initAlgorithm(configuration)
        # Who asks what changed wants to see the places.
        self.parameterDefinition("POLYGONS").setCreateByDefault(True)

    def add_outputs(self) -> None:
        for name, (_, _, label) in _NUMBERS.items():
            self.addOutput(QgsProcessingOutputNumber(name, label))

    def read_values(self, reader):
        # QGIS has asked already before it names a file that exists.
        return {**super().read_values(reader), "overwrite": True}

    def find_problem(self, reader) -> str:
        maps = [
            self.parameterAsRasterLayer(reader.parameters, name, reader.context)
            for name in ("BEFORE", "AFTER")
        ]
        if None in maps:
            return ""
        before, after = maps
        output = reader.destination("OUTPUT", "output_raster")
        return checks.first_problem(
            [
                "Before and after are one map. Choose maps of two dates."
                if before.source() == after.source()
                else "",
                f"“{before.name()}” has {before.bandCount()} bands, “{after.name()}” has "
                f"{after.bandCount()}: they are not of one encoder. Embed both scenes with one."
                if before.bandCount() != after.bandCount()
                else "",
                checks.apart_problem(before, after, reader.context),
                checks.raster_output_problem(output, maps, "one of the maps"),
            ]
        )

    def results(self, job, teller, parameters, context):
        found = {"OUTPUT": job.output}
        for name, (key, factor, _) in _NUMBERS.items():
            if key in teller.metrics:
                found[name] = factor * teller.metrics[key]
        about = f"From {job.before} to {job.after}"
        if "THRESHOLD_USED" in found:
            about += f"; changed is what is above {found['THRESHOLD_USED']:.4g}"
        result = self.result_layer("Change", job.output, order=1, abstract=about)
        finish_output(job.output, result, context)
        if job.polygons:
            found["POLYGONS"] = job.polygons
            result = self.result_layer("Changed places", job.polygons, order=0, abstract=about)
            finish_output(job.polygons, result, context)
        return found
