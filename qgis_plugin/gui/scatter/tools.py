"""The row of tools above a scatter plot."""

from typing import Callable, Dict, List, Tuple

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtWidgets import QAction, QToolBar, QWidget

from ...translation import tr
from .view import LASSO, PAN, RECTANGLE


class Tools(QToolBar):
    """One tool is chosen at a time; `actions_by_name` has the buttons beside them."""

    def __init__(self, choose: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setIconSize(QSize(18, 18))
        self._choose = choose
        self.tools: Dict[str, QAction] = {}
        texts: List[Tuple[str, str, str]] = [
            (LASSO, "mActionSelectFreehand", tr("Select by lasso (Shift adds, Ctrl removes)")),
            (
                RECTANGLE,
                "mActionSelectRectangle",
                tr("Select by rectangle (Shift adds, Ctrl removes)"),
            ),
            (PAN, "mActionPan", tr("Move the plot")),
        ]
        for name, icon_name, text in texts:
            action = self.add(icon_name, text, lambda _=False, chosen=name: self.choose(chosen))
            action.setCheckable(True)
            self.tools[name] = action
        self.addSeparator()
        self.choose(LASSO)

    def add(self, icon_name: str, text: str, do: Callable[..., None]) -> QAction:
        """A button with an icon of QGIS's own theme."""
        action = self.addAction(QgsApplication.getThemeIcon(f"/{icon_name}.svg"), text)
        action.triggered.connect(do)
        return action

    def choose(self, tool: str) -> None:
        """Take up one of the tools."""
        for name, action in self.tools.items():
            action.setChecked(name == tool)
        self._choose(tool)
