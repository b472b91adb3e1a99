"""The help beside a form, made from the settings' own help."""

import html
from typing import Any, List

from qgis.core import QgsApplication, QgsProcessingParameterDefinition

from ..environment import PLUGIN_FOLDER
from .parameters import default_text, in_form_words, parameter_name

# Pictures of 226 px at most: the help beside a form is little wider, and scales them badly.
HELP_FOLDER = PLUGIN_FOLDER / "resources" / "help"


def help_text(algorithm: Any) -> str:
    """The help of an algorithm: a page in QGIS's window, plain text in qgis_process.

    qgis_process itself shows the short description, and the parameters with their help.
    """
    if QgsApplication.platform() != "qgis_process":
        return help_page(algorithm)
    more = algorithm.description.partition(". ")[2]
    return "\n".join(filter(None, [more, f"Example: {algorithm.example}"]))


def help_page(algorithm: Any) -> str:
    """The help of an algorithm as HTML in one line: QGIS makes a paragraph of each line."""
    settings = algorithm.settings()
    by_name = {parameter_name(setting): setting for setting in settings}
    parts = [_picture(algorithm.verb), f"<p>{html.escape(algorithm.description)}</p>"]
    main: List[str] = []
    more: List[str] = []
    for parameter in algorithm.parameterDefinitions():
        if parameter.isDestination():
            continue
        advanced = parameter.flags() & QgsProcessingParameterDefinition.Flag.FlagAdvanced
        text = in_form_words(parameter.help(), settings)
        setting = by_name.get(parameter.name())
        default = default_text(setting) if setting is not None else ""
        line = f"<b>{html.escape(parameter.description())}</b>: {_lines(text)}"
        line += f" <i>(default {html.escape(default)})</i>" if default else ""
        (more if advanced else main).append(f"<p>{line}.</p>")
    parts += ["<h3>Inputs</h3>", *main]
    if more:
        parts += ["<h3>More settings</h3>", *more]
    parts.append("<h3>Outputs</h3>")
    for output in algorithm.outputDefinitions():
        definition = algorithm.parameterDefinition(output.name())
        text = definition.help() if definition is not None else ""
        name = f"<b>{html.escape(output.description())}</b>"
        parts.append(f"<p>{name}: {_lines(text)}.</p>" if text else f"<p>{name}</p>")
    parts += ["<h3>Example</h3>", f"<p>{html.escape(algorithm.example)}</p>"]
    return "".join(parts)


def _lines(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")


def _picture(name: str) -> str:
    path = HELP_FOLDER / f"{name}.jpg"
    if not path.is_file():
        return ""
    return f'<p><img src="{path.as_uri()}"></p>'
