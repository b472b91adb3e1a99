"""The dock, the menu, the toolbar button and the settings page."""

from typing import Any, List, Optional

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtWidgets import QAction, QMenu, QPushButton, QToolButton

from ..icons import icon
from ..provider import ALGORITHMS, NearThingsProvider
from ..settings import PluginSettings
from ..translation import tr
from .dock import NearThingsDock
from .options import PAGE_NAME, OptionsFactory
from .scatter.window import close_scatter_plot

TITLE = "Near Things"


class WindowParts:
    """Adds to QGIS's window: the dock, one menu, one toolbar button, one settings page.

    The button opens and closes the dock; its arrow shows the same menu as the entry under Plugins.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._menu: Optional[QMenu] = None
        self._button_action: Optional[QAction] = None
        self._options: Optional[OptionsFactory] = None
        self.dock: Optional[NearThingsDock] = None

    def add(self) -> None:
        """Show everything."""
        self.dock = NearThingsDock(self._iface, self.open_settings, self._iface.mainWindow())
        self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        # QGIS shows every dock that is added; the map has the room until the user wants this one.
        self.dock.setVisible(PluginSettings().dock_open)
        self._menu = self._make_menu()
        self._iface.pluginMenu().addMenu(self._menu)
        button = QToolButton()
        toggle = QAction(icon("near_things"), TITLE, button)
        toggle.setToolTip(tr("Near Things: learn what land looks like, and map it"))
        toggle.setCheckable(True)
        self.dock.setToggleVisibilityAction(toggle)
        # What the user does, not what QGIS does when it closes.
        toggle.triggered.connect(self._keep_dock_open)
        self.dock.closed.connect(lambda: self._keep_dock_open(False))
        button.setDefaultAction(toggle)
        button.setIconSize(QSize(24, 24))
        button.setMenu(self._menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
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
        close_scatter_plot(self._iface.mainWindow())
        self.dock.close_session()
        self._iface.removeDockWidget(self.dock)
        self.dock.deleteLater()
        self._menu = self._button_action = self._options = self.dock = None

    def _make_menu(self) -> QMenu:
        menu = QMenu(TITLE, self._iface.mainWindow())
        menu.setIcon(icon("near_things"))
        panel = menu.addAction(icon("near_things"), tr("Open the panel"))
        panel.triggered.connect(self.open_dock)
        menu.addSeparator()
        for algorithm_class in ALGORITHMS:
            action = menu.addAction(icon(algorithm_class.verb), f"{algorithm_class.title}…")
            identifier = f"{NearThingsProvider.ID}:{algorithm_class.identifier}"
            action.triggered.connect(lambda _=False, name=identifier: self.open_algorithm(name))
            if algorithm_class is ALGORITHMS[0]:
                menu.addSeparator()
        menu.addSeparator()
        settings = menu.addAction(tr("Settings…"))
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

    def open_dock(self, *_: object) -> None:
        """Show the dock in front."""
        self.dock.setUserVisible(True)
        self._keep_dock_open(True)

    def _keep_dock_open(self, is_open: bool) -> None:
        PluginSettings().dock_open = is_open

    def _offer_settings(self, problem: str) -> None:
        bar = self._iface.messageBar()
        message = bar.createMessage(TITLE, problem)
        button = QPushButton(tr("Open settings"))
        button.clicked.connect(self.open_settings)
        button.clicked.connect(message.dismiss)
        message.layout().addWidget(button)
        bar.pushWidget(message, Qgis.MessageLevel.Warning)
