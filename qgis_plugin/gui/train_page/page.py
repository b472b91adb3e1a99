"""The dock's page “Train”."""

from typing import Optional

from qgis.PyQt.QtWidgets import QWidget

from ..session import Session


class TrainPage(QWidget):
    """The page “Train”."""

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session = session
