"""What stands above the list of methods: a search in it, and whether it shows all of them."""

from typing import Optional

from qgis.PyQt.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QWidget

from ...runs.advice import USUAL
from ...translation import tr
from .method_list import MethodList, choice_words


class MethodFinder(QWidget):
    """Hides from the list what is not looked for. At first it shows the usual methods alone.

    `advised` is the name of a method that is always among these; so is the one chosen.
    """

    def __init__(self, methods: MethodList, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._methods = methods
        self._advised = ""
        self.words = QLineEdit()
        self.words.setPlaceholderText(tr("Find a method"))
        self.words.setAccessibleName(tr("Find a method"))
        self.words.setClearButtonEnabled(True)
        self.all = QCheckBox()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.all)
        self.words.textChanged.connect(self._show)
        self.all.toggled.connect(self._show)
        methods.chosen.connect(self._show)

    def advise(self, name: str) -> None:
        """Show this method whatever else is shown; "" for none."""
        self._advised = name
        self._show()

    def _show(self, *_: object) -> None:
        chosen, looked_for = self._methods.choice(), self.words.text().casefold().split()
        self.all.setText(tr("All {count}").format(count=self._methods.count()))
        self.all.setEnabled(not looked_for)
        for row, choice in enumerate(self._methods.choices()):
            name = choice.method.name
            if looked_for:
                said = f"{name} {choice_words(choice)}".casefold()
                shown = all(word in said for word in looked_for)
            else:
                usual = name in USUAL or name == self._advised or choice is chosen
                shown = usual or self.all.isChecked()
            self._methods.item(row).setHidden(not shown)
