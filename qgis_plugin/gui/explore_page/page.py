"""The dock's page “Explore”: make an embedding map, then look for things in it."""

from pathlib import Path
from typing import Any, Optional

from qgis.core import Qgis
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ...explore.heat_map import colour_range
from ...explore.keeping import KeepingError, KeptSearch, free_folder, keep, read_kept
from ...explore.origin import group_of
from ...explore.preparing import PrepareJob, Searchable
from ...explore.search import Search
from ...explore.vectors import VectorsError, open_vectors
from ...explore.worker import LatestWorker
from ...translation import tr
from ..session import Session
from .kept_layers import show_kept
from .make_map import MakeMapBox
from .map_box import MapBox
from .search_panel import SearchPanel


class ExplorePage(QWidget):
    """The page “Explore”; while something is searched, its panel takes the page's place."""

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session = session
        self.panel: Optional[SearchPanel] = None
        self._preparing: Optional[PrepareJob] = None
        self._keeper = LatestWorker(self)
        self._keeper.answered.connect(self._take_kept)
        self._keeper.failed.connect(lambda words: session.tell(words, Qgis.MessageLevel.Warning))
        self.make_map, self.map_box = MakeMapBox(session), MapBox(session)
        self.make_map.encoder_changed.connect(self._share_encoder)
        self.map_box.search_wanted.connect(self.find_similar)
        self.map_box.reopen_wanted.connect(lambda path: self.reopen(Path(path)))
        self.overview = QWidget()
        column = QVBoxLayout(self.overview)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(self.make_map)
        column.addWidget(self.map_box)
        column.addStretch(1)
        # No stacked widget: it would be as tall as its tallest page, and the dock scroll.
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self.overview)
        self._share_encoder()
        session.closed.connect(self._leave)

    def find_similar(self, target: Searchable, kept: Optional[KeptSearch] = None) -> None:
        """Open the search of a map or dataset; its vectors are laid out first where needed."""
        if target.is_ready:
            self._open(target.folder, kept)
            return
        if self._preparing is not None:
            return
        job = PrepareJob(target, self)
        job.finished.connect(lambda ok, _, words: self._take_prepared(ok, words, target, kept))
        problem = job.start()
        if problem:
            self._session.tell_failure(problem, lambda: self.find_similar(target, kept))
            return
        self._preparing = job
        self.map_box.job_bar.watch(job)

    def _take_prepared(
        self, successful: bool, words: str, target: Searchable, kept: Optional[KeptSearch]
    ) -> None:
        self._preparing = None
        self.map_box.refresh()
        if successful:
            self._open(target.folder, kept)
        else:
            self._session.tell_failure(words, lambda: self.find_similar(target, kept))

    def _open(self, folder: Path, kept: Optional[KeptSearch] = None) -> None:
        try:
            vectors = open_vectors(folder)
        except VectorsError as error:
            self._session.tell(str(error), Qgis.MessageLevel.Warning)
            return
        self.close_panel()
        self.panel = SearchPanel(
            self._session, Search(vectors, group_of(vectors) or vectors.name, self)
        )
        self.panel.closed.connect(self.close_panel)
        self.panel.keep_wanted.connect(self.keep)
        self.overview.hide()
        self._layout.addWidget(self.panel)
        self.panel.show()
        self.panel.start()
        self.panel.look_at()
        if kept is not None:
            self.panel.restore(kept)

    def close_panel(self) -> None:
        """Put the search away; what was not kept is gone."""
        if self.panel is None:
            return
        panel, self.panel = self.panel, None
        panel.close_search()
        self._layout.removeWidget(panel)
        panel.hide()
        panel.deleteLater()
        self.overview.show()
        self.map_box.refresh()

    def keep(self, name: str) -> None:
        """Write the search that is open into the work folder, and show it as layers."""
        search = self.panel.search
        if search.answer is None:
            return
        folder = free_folder(self._session.workspace.folder / "searches", name)
        answer, threshold = search.answer, search.threshold
        wkt = search.ground.crs.toWkt() if search.ground.crs.isValid() else ""
        vectors, ground, group = search.vectors, search.ground, search.group

        def work(*_: Any) -> Any:
            keep(folder, vectors, ground, answer, threshold, wkt)
            return folder, vectors, group, threshold, colour_range(answer)

        self._keeper.ask(work)

    def _take_kept(self, result: Any) -> None:
        folder, vectors, group, threshold, scores = result
        show_kept(folder, vectors, group, threshold, scores)
        self.map_box.refresh()
        self._session.tell(
            tr("Kept as “{name}”.").format(name=folder.name), Qgis.MessageLevel.Success
        )

    def reopen(self, folder: Path) -> None:
        """Open a kept search again: its map, pins, rules and threshold."""
        try:
            kept = read_kept(folder)
        except KeepingError as error:
            self._session.tell(str(error), Qgis.MessageLevel.Warning)
            return
        source = Path(kept.source)
        if source.suffix.lower() in (".tif", ".tiff") and source.exists():
            self.find_similar(Searchable(source.stem, source), kept)
        else:
            # A dataset's vectors, or those of a map that is gone, are opened as they were.
            self._open(kept.vectors, kept)

    def _leave(self) -> None:
        """The plugin is unloaded."""
        self.close_panel()
        if self._preparing is not None:
            self._preparing.cancel()
        self._keeper.close()

    def _share_encoder(self) -> None:
        self.map_box.set_encoder(self.make_map.chosen_encoder)
