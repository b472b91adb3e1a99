"""Pages of the manual for a browser, made from `docs/` when they are asked for."""

import re
from pathlib import Path
from typing import Set

from qgis.core import QgsApplication, QgsProcessingUtils
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QDesktopServices, QTextDocument

from .environment import PLUGIN_FOLDER

DOCS = PLUGIN_FOLDER / "docs"
PROCESSING = DOCS / "processing.md"
_STYLE = (
    "body{font-family:sans-serif;max-width:46em;margin:2em auto;line-height:1.45}"
    "table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #bbb;padding:.3em .6em}"
    "pre,code{background:#f2f2f2}img{max-width:100%}"
)
_LINK = re.compile(r"\]\(([^)#:]+)(#[^)]*)?\)")


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
    name = f"{''.join(filter(str.isalnum, title)).lower()}.html"
    web_page(PROCESSING)
    return _write(
        text + "\n\n[All algorithms](processing.md)\n", PROCESSING, _folder() / "docs" / name
    )


def web_page(path: Path) -> Path:
    """A page of `docs/` as HTML, together with all that its links lead to; each is made once."""
    waiting, known = [path], {path}
    while waiting:
        source = waiting.pop()
        if _target(source).exists():
            continue
        text = source.read_text(encoding="utf-8")
        _write(text, source, _target(source))
        found = _linked(text, source) - known
        known |= found
        waiting += sorted(found)
    return _target(path)


def open_help(path: Path) -> None:
    """Show a page of `docs/` in the user's browser."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(web_page(path))))


def _folder() -> Path:
    """Where pages are written; QGIS clears it when it closes."""
    folder = Path(QgsProcessingUtils.tempFolder()) / "near_things_manual"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _target(source: Path) -> Path:
    return (_folder() / source.relative_to(PLUGIN_FOLDER)).with_suffix(".html")


def _linked(text: str, source: Path) -> Set[Path]:
    """The other pages of ours that a page leads to."""
    links = {(source.parent / match.group(1)).resolve() for match in _LINK.finditer(text)}
    return {p for p in links if p.suffix == ".md" and PLUGIN_FOLDER in p.parents and p.is_file()}


def _write(text: str, source: Path, target: Path) -> Path:
    """`text` of the page `source` as HTML; its links lead to pages made likewise."""

    def led(match: "re.Match[str]") -> str:
        file = (source.parent / match.group(1)).resolve()
        if file.suffix == ".md" and PLUGIN_FOLDER in file.parents:
            file = _target(file)
        url = bytes(QUrl.fromLocalFile(str(file)).toEncoded()).decode("ascii")
        return f"]({url}{match.group(2) or ''})"

    document = QTextDocument()
    document.setMarkdown(_LINK.sub(led, text))
    page = document.toHtml().replace("<head>", f"<head><style>{_STYLE}</style>", 1)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return target
