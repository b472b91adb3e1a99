"""From the contract's settings to Processing parameters, and from their values back to settings."""

import re
from typing import Any, Dict, List, Optional

from qgis.core import (
    NULL,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterPoint,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
    QgsProperty,
)

from ...backend.contract.settings import Setting
from ..layers import NO_FORMAT, layer_path, raster_path, vector_path

Parameters = Dict[str, Any]
ANY_FILE = "All files (*)"


def parameter_name(setting: Setting) -> str:
    """The name of a setting's parameter, such as TILE_SIZE_PX."""
    return setting.name.upper()


def parameter_label(setting: Setting) -> str:
    """What the form calls a setting, with its unit: "Tile size (px)"."""
    return f"{setting.label} ({setting.unit})" if setting.unit else setting.label


def default_text(setting: Setting) -> str:
    """The default as people write it; empty where there is none."""
    value = setting.default
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "" or value == []:
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{text} {setting.unit}".strip()


def in_form_words(text: str, settings: List[Setting]) -> str:
    """`text` with command-line options replaced by the labels of the form's fields."""
    labels = {setting.option: setting.label for setting in settings}

    def label(match: "re.Match[str]") -> str:
        option = match.group(0)
        found = labels.get(option) or labels.get("--" + option[5:])
        return f"“{found}”" if found else option

    return re.sub(r"--[a-z][a-z0-9-]*[a-z0-9]", label, text)


def make_parameter(
    setting: Setting,
    *,
    kind: str = "",
    label: str = "",
    help: str = "",
    files: str = ANY_FILE,
    geometry: int = QgsProcessing.SourceType.TypeVectorAnyGeometry,
) -> QgsProcessingParameterDefinition:
    """The Processing parameter of a setting.

    `kind`, `label` and `help` replace the setting's own where a form needs another; `geometry`
    is the type of layers that a setting of kind "vector" takes, `files` the filter of an output
    file, such as "JSON (*.json)".
    """
    kind = kind or setting.kind
    name, label = parameter_name(setting), label or parameter_label(setting)
    optional = not setting.required
    if setting.choices:
        parameter = QgsProcessingParameterEnum(
            name,
            label,
            list(setting.choices),
            setting.is_list,
            setting.default,
            optional=setting.optional,
        )
        parameter.setUsesStaticStrings(True)
    elif kind in ("integer", "number"):
        parameter = _number(setting, kind, name, label)
    elif kind == "flag":
        parameter = QgsProcessingParameterBoolean(name, label, setting.default)
    elif kind in ("text", "texts", "integers"):
        default = " ".join(map(str, setting.default)) if setting.is_list else setting.default
        # A text that has a default always has a value.
        parameter = QgsProcessingParameterString(
            name, label, default or None, optional=optional and not default
        )
    elif kind == "crs":
        parameter = QgsProcessingParameterCrs(name, label, None, optional)
    elif kind == "points":
        parameter = QgsProcessingParameterPoint(name, label, None, optional)
    elif kind == "vector":
        parameter = QgsProcessingParameterFeatureSource(name, label, [geometry], None, optional)
    elif kind == "raster":
        parameter = QgsProcessingParameterRasterLayer(name, label, None, optional)
    elif kind == "layers":
        parameter = QgsProcessingParameterMultipleLayers(
            name, label, QgsProcessing.SourceType.TypeMapLayer, None, optional
        )
    elif kind in ("file", "folder"):
        parameter = _file(kind, name, label, optional)
    else:
        parameter = _destination(kind, name, label, optional, files)
    parameter.setHelp(help or setting.help)
    if setting.advanced:
        parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
    return parameter


def _number(setting: Setting, kind: str, name: str, label: str) -> QgsProcessingParameterDefinition:
    types = QgsProcessingParameterNumber.Type
    parameter = QgsProcessingParameterNumber(
        name,
        label,
        types.Integer if kind == "integer" else types.Double,
        setting.default,
        setting.optional,
    )
    if setting.minimum is not None:
        parameter.setMinimum(setting.minimum)
    if setting.maximum is not None:
        parameter.setMaximum(setting.maximum)
    return parameter


def _file(kind: str, name: str, label: str, optional: bool) -> QgsProcessingParameterDefinition:
    behaviours = QgsProcessingParameterFile.Behavior
    behaviour = behaviours.Folder if kind == "folder" else behaviours.File
    # QGIS's own filter (*.*) refuses names without a dot, as those of built-in tables are.
    files = ANY_FILE if kind == "file" else ""
    return QgsProcessingParameterFile(name, label, behaviour, "", None, optional, files)


def _destination(
    kind: str, name: str, label: str, optional: bool, files: str
) -> QgsProcessingParameterDefinition:
    by_default = not optional
    if kind == "output_raster":
        return QgsProcessingParameterRasterDestination(name, label, None, optional, by_default)
    if kind == "output_vector":
        any_geometry = QgsProcessing.SourceType.TypeVectorAnyGeometry
        return QgsProcessingParameterVectorDestination(
            name, label, any_geometry, None, optional, by_default
        )
    if kind == "output_file":
        return QgsProcessingParameterFileDestination(name, label, files, None, optional, by_default)
    return QgsProcessingParameterFolderDestination(name, label, None, optional, by_default)


def split_texts(text: str) -> List[str]:
    """The items of a text: between commas or semicolons where it has any, else between spaces."""
    parts = re.split(r"[,;\n]", text) if re.search(r"[,;\n]", text) else text.split()
    return [part.strip() for part in parts if part.strip()]


class ValueReader:
    """Read parameter values as the contract's settings take them.

    Without `feedback` nothing is written and no temporary output is named: that is for checks
    before the run.
    """

    def __init__(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: Parameters,
        context: QgsProcessingContext,
        feedback: Optional[QgsProcessingFeedback] = None,
    ) -> None:
        self.algorithm, self.parameters = algorithm, parameters
        self.context, self.feedback = context, feedback

    def given(self, name: str) -> bool:
        """True where the parameter has a value of its own."""
        value = self.parameters.get(name)
        if isinstance(value, QgsProperty):
            return True
        # QGIS's forms give null variants for some fields that are empty.
        return value is not None and value != NULL and value != "" and value != []

    def read(self, setting: Setting, kind: str = "") -> Any:
        """The value of a setting's parameter; None where there is none."""
        name, kind = parameter_name(setting), kind or setting.kind
        algorithm, arguments = self.algorithm, (self.parameters, name, self.context)
        if setting.optional and setting.choices and not self.given(name):
            return None
        if setting.choices and setting.is_list:
            return algorithm.parameterAsEnumStrings(*arguments)
        if setting.choices:
            return algorithm.parameterAsEnumString(*arguments)
        if kind in ("integer", "number"):
            if setting.optional and not self.given(name):
                return None
            if kind == "integer":
                return algorithm.parameterAsInt(*arguments)
            return algorithm.parameterAsDouble(*arguments)
        if kind == "flag":
            return algorithm.parameterAsBoolean(*arguments)
        if kind in ("texts", "integers"):
            return split_texts(algorithm.parameterAsString(*arguments))
        if kind == "crs":
            return crs_text(algorithm.parameterAsCrs(*arguments)) if self.given(name) else ""
        if kind in ("raster", "vector", "layers"):
            return self._layers(name, kind)
        return algorithm.parameterAsString(*arguments).strip()

    def text(self, name: str) -> str:
        """The value of a parameter as text, without spaces around it; empty where there is none."""
        return self.algorithm.parameterAsString(self.parameters, name, self.context).strip()

    def destination(self, name: str, kind: str) -> str:
        """The path of an output; empty where it is not wanted, or temporary and only checked."""
        if self.feedback is None:
            return self._named_destination(name)
        arguments = (self.parameters, name, self.context)
        # These make a temporary name anew at each call, and note the layer as one to be loaded.
        if kind in ("output_raster", "output_vector"):
            return self.algorithm.parameterAsOutputLayer(*arguments) or ""
        return self.algorithm.parameterAsFileOutput(*arguments) or ""

    def _named_destination(self, name: str) -> str:
        value = self.parameters.get(name)
        value = getattr(value, "sink", value)
        if isinstance(value, QgsProperty):
            value = value.valueAsString(self.context.expressionContext(), "")[0]
        return "" if value in (None, NULL, QgsProcessing.TEMPORARY_OUTPUT) else str(value)

    def _layers(self, name: str, kind: str) -> Any:
        algorithm, arguments = self.algorithm, (self.parameters, name, self.context)
        if kind == "layers":
            layers = algorithm.parameterAsLayerList(*arguments) or []
            return [layer_path(layer, self.context, self.feedback) for layer in layers]
        if not self.given(name):
            return ""
        if kind == "raster":
            layer = algorithm.parameterAsRasterLayer(*arguments)
        else:
            layer = self.source_layer(name)
        if layer is None:
            raise QgsProcessingException(
                f"{algorithm.parameterDefinition(name).description()}: no layer could be loaded "
                f"from {algorithm.parameterAsString(*arguments)}"
            )
        if kind == "raster":
            return raster_path(layer)
        if self.feedback is None or not _is_part(self.parameters[name]):
            return vector_path(layer, self.context, self.feedback)
        return algorithm.parameterAsCompatibleSourceLayerPath(
            *arguments, NO_FORMAT, "gpkg", self.feedback
        )

    def source_layer(self, name: str) -> Any:
        """The layer behind a feature source."""
        value = self.parameters[name]
        if isinstance(value, QgsProcessingFeatureSourceDefinition):
            value = value.source
        return self.algorithm.parameterAsVectorLayer({name: value}, name, self.context)


def _is_part(value: Any) -> bool:
    """True for a feature source that is only some of its layer's features."""
    if not isinstance(value, QgsProcessingFeatureSourceDefinition):
        return False
    # filterExpression came with QGIS 3.32.
    limited = value.featureLimit >= 0 or bool(getattr(value, "filterExpression", ""))
    return value.selectedFeaturesOnly or limited


def crs_text(crs: Any) -> str:
    """A CRS as the backend takes it: EPSG:32612 where it has a code, else WKT."""
    if not crs.isValid():
        return ""
    code = crs.authid()
    return crs.toWkt() if not code or code.upper().startswith("USER:") else code
