"""What of a file would fail under Qt 6 and QGIS 4: found in its syntax tree, line by line.

PyQt 6 knows an enum's members only in its scope: `Qt.AlignmentFlag.AlignLeft`, never
`Qt.AlignLeft`. PyQt 5 takes both, so that nothing but a look at every line finds the second. Names
are resolved against the classes that QGIS's Python really has: a member of an enum that is reached
through a class, an instance made of it, or `self` of one derived from it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Removed or moved in Qt 6 or QGIS 4: the name, and what takes its place.
REMOVED_ATTRIBUTES = {
    "exec_": "exec()",
    "print_": "print()",
    "toPyObject": "the value itself",
    "fromUtf8": "a string",
}
REMOVED_NAMES = {
    "QRegExp": "QRegularExpression",
    "QRegExpValidator": "QRegularExpressionValidator",
    "QDesktopWidget": "QScreen",
    "QTextCodec": "str.encode",
    "QMatrix": "QTransform",
    "QWebView": "nothing",
    "QGLWidget": "QOpenGLWidget",
    "QVariantList": "list",
    "QStringList": "list",
}
# Methods that Qt 6 lacks, by the name of the method where it is unmistakable.
REMOVED_METHODS = {
    "setMargin": "setContentsMargins",
    "desktop": "QGuiApplication.primaryScreen",
    "setCodec": "setEncoding",
    "setTabStopWidth": "setTabStopDistance",
    "tabStopWidth": "tabStopDistance",
    "globalPos": "globalPosition or QCursor.pos",
    "localPos": "position",
    "windowPos": "scenePosition",
    "screenPos": "globalPosition",
}
# In PyQt 6 these are in QtGui; QGIS offers QAction in QtWidgets under both.
MOVED_TO_GUI = ("QAction", "QActionGroup", "QShortcut", "QUndoCommand", "QUndoStack")
MODULES = (
    "qgis.core", "qgis.gui", "qgis.analysis", "qgis.PyQt.QtCore", "qgis.PyQt.QtGui",
    "qgis.PyQt.QtWidgets", "qgis.PyQt.QtTest", "qgis.PyQt.QtNetwork", "qgis.PyQt.QtSvg",
    "qgis.PyQt.QtXml",
)  # fmt: skip
FOREIGN = ("PyQt5", "PyQt6", "PySide2", "PySide6", "sip")


def known_classes() -> dict[str, type]:
    """The classes of Qt and QGIS by name."""
    found: dict[str, type] = {}
    for name in MODULES:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        found.update({n: c for n, c in vars(module).items() if inspect.isclass(c)})
    return found


def enum_scope(owner: type, name: str) -> str:
    """The enum within `owner` or its bases that `name` is an unscoped member of; else empty."""
    for base in owner.__mro__:
        value = vars(base).get(name)
        if value is None:
            continue
        kind = type(value)
        if kind in (int, str, bool, float, type) or inspect.isroutine(value):
            # sip gives members of old enums as instances of a type derived from int.
            return ""
        scope = kind.__name__
        if isinstance(value, int) and inspect.isclass(getattr(base, scope, None)):
            return scope
        if isinstance(value, int) and issubclass(kind, int) and kind is not int:
            return scope
        return ""
    return ""


class Qt6Check(ast.NodeVisitor):
    """Collects what is wrong in a file, "line: what" each, in `problems`."""

    def __init__(self, classes: dict[str, type], trees: dict[str, ast.ClassDef]) -> None:
        self._classes, self._own = classes, trees
        self.problems: list[str] = []
        self._instances: list[dict[str, type]] = [{}]
        self._self: list[type | None] = [None]
        self._provided_for = 0

    def say(self, node: ast.AST, text: str) -> None:
        self.problems.append(f"{node.lineno}: {text}")

    def visit_Try(self, node: ast.Try) -> None:
        """An import of what lies elsewhere is right where its failure is provided for."""
        names = {ast.unparse(h.type) for h in node.handlers if h.type is not None}
        self._provided_for += "ImportError" in names
        self.generic_visit(node)
        self._provided_for -= "ImportError" in names

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """`e.globalPosition() if hasattr(e, "globalPosition") else e.globalPos()` suits both."""
        asked = isinstance(node.test, ast.Call) and ast.unparse(node.test.func) == "hasattr"
        self._provided_for += asked
        self.generic_visit(node)
        self._provided_for -= asked

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._check_module(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level == 0 and node.module:
            self._check_module(node, node.module)
            for alias in node.names:
                if node.module == "qgis.PyQt" and alias.name in FOREIGN:
                    self.say(node, f"{alias.name} is imported")
                moved = alias.name in MOVED_TO_GUI and node.module == "qgis.PyQt.QtGui"
                if moved and not self._provided_for:
                    self.say(node, f"{alias.name} comes from QtWidgets, which both versions have")
                if alias.name in REMOVED_NAMES:
                    self.say(node, f"{alias.name} is gone: {REMOVED_NAMES[alias.name]}")

    def _check_module(self, node: ast.AST, name: str) -> None:
        if name.split(".")[0] in FOREIGN:
            self.say(node, f"{name} is imported; Qt comes from qgis.PyQt")

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._self.append(self._base_of(node, set()))
        self.generic_visit(node)
        self._self.pop()

    def _base_of(self, node: ast.ClassDef, seen: set[str]) -> type | None:
        """The class of Qt or QGIS that a class of ours derives from."""
        seen.add(node.name)
        for base in node.bases:
            name = base.id if isinstance(base, ast.Name) else getattr(base, "attr", "")
            if name in self._classes:
                return self._classes[name]
            if name in self._own and name not in seen:
                found = self._base_of(self._own[name], seen)
                if found is not None:
                    return found
        return None

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        names: dict[str, type] = {}
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            kind = self._class_named(argument.annotation)
            if kind is not None:
                names[argument.arg] = kind
        for child in ast.walk(node):
            self._note_instance(child, names)
        self._instances.append(names)
        self.generic_visit(node)
        self._instances.pop()

    def _note_instance(self, node: ast.AST, names: dict[str, type]) -> None:
        """Remember what `name = QSomething(…)` or `name: QSomething = …` makes."""
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            made = node.value.func if isinstance(node.value, ast.Call) else None
            kind = self._class_named(made)
        elif isinstance(node, ast.AnnAssign):
            target, kind = node.target, self._class_named(node.annotation)
        else:
            return
        if kind is not None and isinstance(target, ast.Name):
            names[target.id] = kind

    def _class_named(self, node: ast.AST | None) -> type | None:
        if isinstance(node, ast.Name):
            return self._classes.get(node.id)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self._classes.get(node.value)
        if isinstance(node, ast.Attribute):
            owner = self._class_named(node.value)
            inner = getattr(owner, node.attr, None) if owner is not None else None
            return inner if inspect.isclass(inner) else None
        return None

    def _type_of(self, node: ast.AST) -> type | None:
        """The class that an expression names, or is an instance of, where that can be told."""
        found = self._class_named(node)
        if found is not None:
            return found
        if isinstance(node, ast.Name):
            if node.id in ("self", "cls"):
                return self._self[-1]
            for names in reversed(self._instances):
                if node.id in names:
                    return names[node.id]
        if isinstance(node, ast.Call):
            return self._class_named(node.func)
        return None

    def visit_Attribute(self, node: ast.Attribute) -> None:
        owner = self._type_of(node.value)
        scope = enum_scope(owner, node.attr) if owner is not None else ""
        # `Qt.AlignmentFlag.AlignLeft`: the owner is the enum itself.
        if scope and owner.__name__ != scope:
            self.say(node, f"{owner.__name__}.{node.attr} wants its scope: {scope}.{node.attr}")
        if node.attr in REMOVED_ATTRIBUTES:
            self.say(node, f"{node.attr} is gone: {REMOVED_ATTRIBUTES[node.attr]}")
        if node.attr in REMOVED_METHODS and not self._provided_for:
            self.say(node, f"{node.attr} is gone: {REMOVED_METHODS[node.attr]}")
        if node.attr in REMOVED_NAMES:
            self.say(node, f"{node.attr} is gone: {REMOVED_NAMES[node.attr]}")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr == "width" and node.args:
            # Only QFontMetrics took an argument there.
            self.say(node, "QFontMetrics.width is gone: horizontalAdvance")
        self.generic_visit(node)


def class_definitions(paths: list[Path]) -> dict[str, ast.ClassDef]:
    """The classes that files define, by name."""
    found: dict[str, ast.ClassDef] = {}
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.update({n.name: n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)})
    return found


def problems_in(
    source: str, classes: dict[str, type], own: dict[str, Any] | None = None
) -> list[str]:
    """What would fail under Qt 6, "line: what" each."""
    tree = ast.parse(source)
    own = dict(own or {})
    own.update({n.name: n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)})
    check = Qt6Check(classes, own)
    check.visit(tree)
    return check.problems


def problems_of_files(paths: list[Path]) -> Iterator[str]:
    """The same of files, "file:line: what" each."""
    classes, own = known_classes(), class_definitions(paths)
    for path in paths:
        for problem in problems_in(path.read_text(encoding="utf-8"), classes, own):
            yield f"{path}:{problem}"
