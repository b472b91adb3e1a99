"""The help beside a form, made from the settings' own help."""

import html
import re
from typing import Any, List

from qgis.core import QgsApplication, QgsProcessingParameterDefinition

from ..environment import PLUGIN_FOLDER
from .parameters import default_text, in_form_words, parameter_name

# Pictures of 226 px at most: the help beside a form is little wider, and scales them badly.
HELP_FOLDER = PLUGIN_FOLDER / "resources" / "help"
# Lines of a help that name one of the choices, such as "saumoco: Places close …".
_NAMED_LINE = re.compile(r"([a-z0-9-]+): (.+)")
_NAMED_STYLE = "margin-left:8px; margin-top:2px; margin-bottom:4px"


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
    parts = [picture(algorithm.verb), f"<p>{html.escape(algorithm.description)}</p>"]
    main: List[str] = []
    more: List[str] = []
    for parameter in algorithm.parameterDefinitions():
        if parameter.isDestination():
            continue
        advanced = parameter.flags() & QgsProcessingParameterDefinition.Flag.FlagAdvanced
        text = in_form_words(parameter.help(), settings)
        setting = by_name.get(parameter.name())
        default = default_text(setting) if setting is not None else ""
        default = f" <i>(default {html.escape(default)})</i>" if default else ""
        paragraphs = _paragraphs(parameter.description(), text, default)
        (more if advanced else main).append(paragraphs)
    parts += ["<h3>Inputs</h3>", *main]
    if more:
        parts += ["<h3>More settings</h3>", *more]
    parts.append("<h3>Outputs</h3>")
    for output in algorithm.outputDefinitions():
        definition = algorithm.parameterDefinition(output.name())
        text = definition.help() if definition is not None else ""
        parts.append(_paragraphs(output.description(), text))
    parts += ["<h3>Example</h3>", f"<p>{html.escape(algorithm.example)}</p>"]
    return "".join(parts)


def _paragraphs(label: str, text: str, default: str = "") -> str:
    """What a field is: its first line, then a paragraph for each line "name: what it means"."""
    first, *rest = text.split("\n")
    head = f"<b>{html.escape(label)}</b>"
    head += f": {html.escape(first, quote=False)}{default}." if first else ""
    parts = [f"<p>{head}</p>"]
    for line in rest:
        found = _NAMED_LINE.fullmatch(line)
        if found is None:
            parts.append(f"<p><i>{html.escape(line, quote=False)}</i></p>")
            continue
        name, what = (html.escape(part, quote=False) for part in found.groups())
        # A line of its own for the name: the panel is narrow.
        parts.append(f'<p style="{_NAMED_STYLE}"><b>{name}</b><br>{what}</p>')
    return "".join(parts)


def picture(name: str) -> str:
    """The picture of that name as HTML; empty where there is none."""
    path = HELP_FOLDER / f"{name}.jpg"
    if not path.is_file():
        return ""
    return f'<p><img src="{path.as_uri()}"></p>'
