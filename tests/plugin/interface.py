"""A stand-in for QGIS's interface, and how tests let Qt work."""

from __future__ import annotations

import time


def spin(until, seconds: float = 60.0) -> bool:
    """Let Qt work until `until()` holds."""
    from qgis.PyQt.QtCore import QCoreApplication

    deadline = time.monotonic() + seconds
    while not until() and time.monotonic() < deadline:
        QCoreApplication.processEvents()
        time.sleep(0.01)
    return until()


class FakeInterface:
    """The few things of QGIS's interface that the plugin uses."""

    def __init__(self) -> None:
        from qgis.gui import QgsMapCanvas, QgsMessageBar
        from qgis.PyQt.QtWidgets import QMainWindow, QMenu

        self.window = QMainWindow()
        self.menu = QMenu("Plugins", self.window)
        self.bar = QgsMessageBar(self.window)
        self.canvas = QgsMapCanvas(self.window)
        self.window.setCentralWidget(self.canvas)
        self.active = None
        self.toolbar = self.window.addToolBar("Plugins")
        self.factories: list = []
        self.shown: list = []

    def mainWindow(self):
        return self.window

    def pluginMenu(self):
        return self.menu

    def messageBar(self):
        return self.bar

    def addDockWidget(self, area, dock):
        self.window.addDockWidget(area, dock)

    def removeDockWidget(self, dock):
        self.window.removeDockWidget(dock)

    def mapCanvas(self):
        return self.canvas

    def setActiveLayer(self, layer):
        self.active = layer

    def activeLayer(self):
        return self.active

    def zoomToActiveLayer(self):
        self.canvas.setExtent(self.active.extent())

    def addToolBarWidget(self, widget):
        return self.toolbar.addWidget(widget)

    def removeToolBarIcon(self, action):
        self.toolbar.removeAction(action)

    def registerOptionsWidgetFactory(self, factory):
        self.factories.append(factory)

    def unregisterOptionsWidgetFactory(self, factory):
        self.factories.remove(factory)

    def showOptionsDialog(self, parent, page):
        self.shown.append(page)
