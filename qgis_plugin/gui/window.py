"""The menu, the toolbar button and the settings page."""

from typing import Any, List, Optional

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtWidgets import QAction, QMenu, QPushButton, QToolButton

from ..icons import icon
from ..provider import ALGORITHMS, NearThingsProvider
from .options import PAGE_NAME, OptionsFactory

TITLE = "Near Things"


class WindowParts:
    """Adds to QGIS's window: one menu, one toolbar button with the same menu, one settings page."""

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._menu: Optional[QMenu] = None
        self._button_action: Optional[QAction] = None
        self._options: Optional[OptionsFactory] = None

    def add(self) -> None:
        """Show everything."""
        self._menu = self._make_menu()
        self._iface.pluginMenu().addMenu(self._menu)
        button = QToolButton()
        button.setIcon(icon("near_things"))
        button.setIconSize(QSize(24, 24))
        button.setToolTip("Near Things: learn what land looks like, and map it")
        button.setMenu(self._menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAutoRaise(True)
        self._button_action = self._iface.addToolBarWidget(button)
        self._options = OptionsFactory()
        self._iface.registerOptionsWidgetFactory(self._options)

    def remove(self) -> None:
        """Take everything away again."""
        self._iface.unregisterOptionsWidgetFactory(self._options)
        self._iface.removeToolBarIcon(self._button_action)
        self._iface.pluginMenu().removeAction(self._menu.menuAction())
        self._menu.deleteLater()
        self._menu = self._button_action = self._options = None

    def _make_menu(self) -> QMenu:
        menu = QMenu(TITLE, self._iface.mainWindow())
        menu.setIcon(icon("near_things"))
        for algorithm_class in ALGORITHMS:
            action = menu.addAction(icon(algorithm_class.verb), f"{algorithm_class.title}…")
            identifier = f"{NearThingsProvider.ID}:{algorithm_class.identifier}"
            action.triggered.connect(lambda _=False, name=identifier: self.open_algorithm(name))
            if algorithm_class is ALGORITHMS[0]:
                menu.addSeparator()
        menu.addSeparator()
        settings = menu.addAction("Settings…")
        settings.triggered.connect(self.open_settings)
        return menu

    def actions(self) -> List[QAction]:
        """The entries of the menu that do something."""
        return [action for action in self._menu.actions() if not action.isSeparator()]

    def open_algorithm(self, identifier: str) -> None:
        """Open the form of an algorithm; where the backend lacks, say so and offer the settings."""
        import processing

        algorithm = QgsApplication.processingRegistry().createAlgorithmById(identifier)
        possible, problem = algorithm.canExecute()
        if possible:
            processing.execAlgorithmDialog(identifier)
        else:
            self._offer_settings(problem)

    def open_settings(self) -> None:
        """Open QGIS's options at our page."""
        self._iface.showOptionsDialog(self._iface.mainWindow(), PAGE_NAME)

    def _offer_settings(self, problem: str) -> None:
        bar = self._iface.messageBar()
        message = bar.createMessage(TITLE, problem)
        button = QPushButton("Open settings")
        button.clicked.connect(self.open_settings)
        button.clicked.connect(message.dismiss)
        message.layout().addWidget(button)
        bar.pushWidget(message, Qgis.MessageLevel.Warning)
