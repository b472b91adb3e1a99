"""The dock “Near Things”: the set-up, then three pages from scenes to maps."""

from typing import Any, Optional

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QEvent, QObject, QSize, Qt
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import (
    QAction,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QWidget,
)

from ..environment import interpreter, interpreter_problem, is_outdated
from ..icons import icon
from ..manual import DOCS, open_help
from ..translation import tr
from .session import TITLE, Session
from .setup_page.card import SetupCard

PAGES = ("data", "train", "explore")
# What tells of each page, in the order of PAGES; and of the set-up.
HELP = (DOCS / "data_page.md", DOCS / "runs.md", DOCS / "explore.md")
SETUP_HELP = DOCS / "setup.md"


class Column(QScrollArea):
    """`widget` in a column that scrolls up and down, and is as wide as it needs to be.

    How wide that is changes with the language, and with what the widget shows.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(widget)

    def minimumSizeHint(self) -> QSize:
        width = self.widget().minimumSizeHint().width()
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(width + bar, super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class NearThingsDock(QgsDockWidget):
    """Made with QGIS's window; its contents come when it is first shown."""

    def __init__(self, iface: Any, open_settings: Any, parent: Optional[QWidget] = None) -> None:
        super().__init__(TITLE, parent)
        self.setObjectName("NearThingsDock")
        self.setWindowIcon(icon("near_things"))
        self.setAllowedAreas(
            Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
        )
        self._iface, self._open_settings = iface, open_settings
        self.session: Optional[Session] = None
        self.tabs: Optional[QTabWidget] = None
        # There while the backend's Python lacks.
        self.setup: Optional[SetupCard] = None
        self._stack = QStackedWidget()
        self.setWidget(self._stack)
        # Wide enough for the pages, narrow enough for a small screen.
        self.setMinimumWidth(340)
        help_action = QAction(tr("Help"), self)
        help_action.setShortcut(QKeySequence(QKeySequence.StandardKey.HelpContents))
        help_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        help_action.triggered.connect(self.open_help)
        self.addAction(help_action)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Show the pages where the backend can be used, else the set-up."""
        problem = interpreter_problem(interpreter())
        if self.session is None:
            self.session = Session(self._iface, self)
            self.session.page_wanted.connect(self.show_page)
        if problem:
            if self.setup is None:
                self.setup = SetupCard(self.session)
                self.setup.ready.connect(self.refresh)
                self._show(Column(self.setup))
            return
        if self.setup is not None:
            self.setup.close_down()
            self.setup = None
        if self.tabs is None:
            self.tabs = self._make_pages(self.session)
            self._show(self.tabs)
            if is_outdated(interpreter()):
                self.session.tell(
                    tr("Newer packages belong to this version of Near Things"),
                    button=tr("Update…"),
                    action=self._open_settings,
                )
        else:
            self._stack.setCurrentWidget(self.tabs)

    def show_page(self, name: str) -> None:
        """Turn to one of PAGES."""
        self.setUserVisible(True)
        if self.tabs is not None:
            self.tabs.setCurrentIndex(PAGES.index(name))

    def open_help(self, *_: object) -> None:
        """Open the manual where it tells of what the dock shows."""
        open_help(SETUP_HELP if self.tabs is None else HELP[self.tabs.currentIndex()])

    def close_session(self) -> None:
        """Stop listening to the project; the plugin is unloaded."""
        if self.setup is not None:
            self.setup.close_down()
            self.setup = None
        if self.session is not None:
            self.session.close()
            self.session = None

    def _show(self, widget: QWidget) -> None:
        self._stack.addWidget(widget)
        self._stack.setCurrentWidget(widget)
        for index in reversed(range(self._stack.count())):
            other = self._stack.widget(index)
            if other is not widget and other is not self.tabs:
                self._stack.removeWidget(other)
                other.deleteLater()

    def _make_pages(self, session: Session) -> QTabWidget:
        # Imported here: QGIS starts faster while the dock is closed.
        from .data_page.page import DataPage
        from .explore_page.page import ExplorePage
        from .train_page.page import TrainPage

        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        pages = {
            tr("① Data"): DataPage,
            tr("② Train"): TrainPage,
            tr("③ Explore"): ExplorePage,
        }
        for title, page in pages.items():
            tabs.addTab(Column(page(session)), title)
        tabs.currentChanged.connect(session.turn_page)
        tabs.setCornerWidget(self._make_corner(), Qt.Corner.TopRightCorner)
        return tabs

    def _make_corner(self) -> QWidget:
        menu = QMenu(self)
        self.sample_action = menu.addAction(tr("Try the sample landscape"), self._try_sample)
        menu.addSeparator()
        menu.addAction(tr("Work folder…"), self._choose_workspace)
        menu.addAction(tr("Settings…"), self._open_settings)
        settings = QToolButton()
        settings.setText("⚙")
        settings.setToolTip(tr("Sample landscape, work folder and settings"))
        settings.setAccessibleName(tr("Sample landscape, work folder and settings"))
        settings.setMenu(menu)
        settings.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        help_button = QToolButton()
        help_button.setText("?")
        help_button.setToolTip(tr("Help (F1)"))
        help_button.setAccessibleName(tr("Help"))
        help_button.clicked.connect(self.open_help)
        corner = QWidget()
        layout = QHBoxLayout(corner)
        layout.setContentsMargins(0, 0, 0, 0)
        for button in (settings, help_button):
            button.setAutoRaise(True)
            layout.addWidget(button)
        return corner

    def _try_sample(self) -> None:
        """Write the sample landscape beside what the project holds, and fill the form for it."""
        self.show_page("data")
        self.sample_action.setEnabled(False)
        job = self.session.try_sample()
        job.finished.connect(lambda *_: self.sample_action.setEnabled(True))
        self.session.tell(tr("Writing the sample landscape…"))

    def _choose_workspace(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self, tr("Folder of datasets, runs and maps"), str(self.session.workspace.folder)
        )
        if folder:
            self.session.choose_workspace(folder)
