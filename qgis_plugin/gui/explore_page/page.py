"""The dock's page “Explore”."""

from typing import Optional

from qgis.PyQt.QtWidgets import QWidget

from ..session import Session


class ExplorePage(QWidget):
    """The page “Explore”."""

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session = session
