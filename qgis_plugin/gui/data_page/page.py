"""The dock's page “Data”."""

from typing import Optional

from qgis.PyQt.QtWidgets import QWidget

from ..session import Session


class DataPage(QWidget):
    """The page “Data”."""

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session = session
