"""One sentence above the list of methods: which to start with, and the manual's page on it."""

from typing import Any, Mapping, Optional

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QLabel, QWidget

from ...manual import DOCS, open_help
from ...runs.advice import advice_for
from ...translation import tr

PAGE = DOCS / "methods" / "choose.md"


class AdviceLabel(QLabel):
    """`taken` gives the name of the method that was clicked on.

    `manual` is a second label: the link to the page, to be laid out where there is room.
    """

    taken = pyqtSignal(str)

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.linkActivated.connect(self.taken)
        self.manual = QLabel(f'<a href="manual">{tr("Which method?")}</a>')
        self.manual.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.manual.setTextInteractionFlags(self.textInteractionFlags())
        self.manual.setToolTip(tr("Opens the manual in the browser"))
        self.manual.linkActivated.connect(lambda *_: open_help(PAGE))
        self.hide()

    def show_dataset(self, dataset: Mapping[str, Any]) -> str:
        """Advise for this content of dataset.json; the method's name, "" where there is none."""
        advice = advice_for(dataset)
        self.setVisible(advice is not None)
        if advice is None:
            return ""
        link = f'<a href="{advice.name}">{advice.title}</a>'
        words = tr("For this dataset start with {method}: {reason}.")
        words = words.format(method=link, reason=advice.reason)
        self.setText(f"{words} {advice.note}".strip())
        return advice.name
