"""Pages of the manual for a browser, made from `docs/` when they are asked for."""

import html
import tempfile
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QTextDocument

from .environment import PLUGIN_FOLDER

DOCS = PLUGIN_FOLDER / "docs"
PROCESSING = DOCS / "processing.md"
_STYLE = (
    "body{font-family:sans-serif;max-width:46em;margin:2em auto;line-height:1.45}"
    "table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #bbb;padding:.3em .6em}"
    "pre,code{background:#f2f2f2}img{max-width:100%}"
)


def section_of(text: str, title: str) -> str:
    """The part of a Markdown page under the heading `## title`; empty where there is none."""
    lines = text.split("\n")
    if f"## {title}" not in lines:
        return ""
    first = lines.index(f"## {title}")
    rest = lines[first + 1 :]
    length = next((n for n, line in enumerate(rest) if line.startswith("## ")), len(rest))
    return "\n".join(lines[first : first + 1 + length])


def manual_page(title: str) -> Path:
    """The file that tells of an algorithm: a page of HTML, or the manual's own text.

    Without a window there is nothing to lay text out with: then it is the Markdown itself.
    """
    if QgsApplication.platform() == "qgis_process" or not PROCESSING.is_file():
        return PROCESSING
    text = section_of(PROCESSING.read_text(encoding="utf-8"), title)
    if not text:
        return PROCESSING
    document = QTextDocument()
    document.setMarkdown(text + "\n\n[All algorithms](processing.md)\n")
    # Links and pictures are relative to the page that the section was taken from.
    base = QUrl.fromLocalFile(f"{DOCS}/").toString()
    head = f'<head><base href="{html.escape(base)}"><style>{_STYLE}</style>'
    folder = Path(tempfile.gettempdir()) / "near_things_manual"
    folder.mkdir(exist_ok=True)
    path = folder / f"{''.join(filter(str.isalnum, title)).lower()}.html"
    path.write_text(document.toHtml().replace("<head>", head, 1), encoding="utf-8")
    return path
