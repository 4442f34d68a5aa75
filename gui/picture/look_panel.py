"""The right half of the window: a file before and after, time, sliders, hints."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState, Kind
from gui.picture.adjust_panel import AdjustPanel
from gui.picture.adjusting import Adjusting
from gui.picture.against import Against
from gui.picture.colouring import Colouring
from gui.picture.compare_view import CompareView
from gui.picture.hint_list import HintList
from gui.picture.hinting import Hinting
from gui.picture.live import Finished, Live
from gui.picture.looks import Looks, Seen, Wish, colours_of
from gui.picture.playing import Playing
from gui.picture.saved import Saved
from gui.picture.shading import full_size, gray_image, rgb_image, unsure_image
from gui.picture.shelf import Shelf
from gui.picture.tiles import Tiles
from gui.session.look import Mode
from gui.session.session import Session
from gui.shots.film_panel import FilmPanel
from gui.style.elided_label import ElidedLabel
from gui.style.plain import PlainLabel
from gui.words.text import said, shown


class LookPanel(QWidget):
    """Shows one row of the queue."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._model = session, session.model
        self._row: int | None = None
        self._seen: Seen | None = None
        self._guides: list[Any] = []
        self._looks = Looks(session.engine, self)
        self._live = Live(session.engine, session.runner, self)
        self.film = FilmPanel(session)
        self.timeline, self.shots = self.film.timeline, self.film.shots
        self._create_parts()
        self._adjusting = Adjusting(session, self.adjust, self.film)
        self.hinting = Hinting(session, self.view)
        self.shelf = Shelf(session, self.film, HintList(session, self.hinting, self.timeline))
        """Shots, references and hints, for the window to place."""
        self.tiles = Tiles(session.engine, self.view, self.colouring)
        self.playing = Playing(session, self.view, self.film)
        self._connect_parts()
        self.show_entry(None)

    # What is shown

    def show_entry(self, entry: Entry | None) -> None:
        """Show another row, or none."""
        row = entry.id if entry else None
        if row == self._row and entry is not None:
            return
        self._row, self._seen = row, None
        self.view.clear()
        self.hinting.forget()
        self._forget_pictures()
        self.film.show_entry(entry)
        self.shelf.show_entry(entry)
        self._adjusting.show(entry)
        self.saved.show_entry(entry)
        source = entry.job.source if entry else None
        self.name.setText(shown(source) if source else "", shown(source.name) if source else "")
        if entry is None:
            self.view.set_message("")
            return
        self._allow_changes()
        self.view.set_message(self.tr("Coming…"))
        self.ask()

    def ask(self) -> None:
        """Ask the worker for the picture again."""
        entry = self.entry()
        live = self._session.look.follows and entry is not None and entry.state is JobState.RUNNING
        if entry is None or live or not self.isVisible():
            return
        wish = Wish(
            row=entry.id,
            job=entry.job,
            time=self.timeline.time if entry.job.kind is Kind.FILM else 0.0,
            confidence=self._session.look.unsure,
            saved=self.saved.is_file(entry),
            begin=self.film.begins(entry) if entry.job.kind is Kind.FILM else 0.0,
        )
        self._looks.want(wish)

    def entry(self) -> Entry | None:
        """Return the row that is shown."""
        if self._row is None or not self._model.has(self._row):
            return None
        return self._model.entry(self._row)

    @property
    def is_seen(self) -> bool:
        """Whether the picture of the row has arrived."""
        return self._seen is not None

    @property
    def is_busy(self) -> bool:
        """Whether a picture is on its way."""
        return self._looks.is_busy or self.colouring.is_busy

    def blink(self) -> None:
        """Change between before and after."""
        before = self._session.look.mode is Mode.BEFORE
        self._session.set_look(mode=Mode.AFTER if before else Mode.BEFORE)

    def toggle_hints(self) -> None:
        """Let clicks place hints, or no more; they are placed on the picture in colour."""
        look = self._session.look
        mode = Mode.AFTER if look.mode is Mode.BEFORE and not look.hints else look.mode
        self._session.set_look(hints=not look.hints, mode=mode)

    def _handle_look(self) -> None:
        """Follow another way of looking."""
        look, old = self._session.look, self._look
        self._look = look
        if look.mode is not old.mode:
            self.view.set_mode(look.mode)
        self._allow_changes()
        if look.unsure is not old.unsure:
            self.view.set_cover(QImage())
            if look.unsure:
                self.ask()
        if look.follows is not old.follows:
            self._live.want(look.follows)
            self.ask()

    def _allow_changes(self) -> None:
        """Let a person change the row, unless it is in progress."""
        may = self.film.references.may_change
        hints = self._session.look.hints and self.entry() is not None
        self._adjusting.allow(may)
        self.view.edits_hints, self.view.takes_pictures = hints and may, may
        words = self.tr("Click or Enter: give or change a colour. Drag: move. Right-click: remove")
        busy = self.tr("In progress: colours can be changed when it is done")
        self.view.set_words(notes=[words if may else busy] if hints else [])

    def _handle_playing(self) -> None:
        """Leave the picture to the film that runs, until it stands still."""
        self._forget_pictures()
        self._seen = None

    def _forget_pictures(self) -> None:
        for part in (self._looks, self.colouring, self.tiles, self.against):
            part.forget()

    def _handle_live(self, frame: Finished) -> None:
        """Show the file in progress and its newest frame."""
        if self._row != frame.row:
            self._session.pointed.emit(frame.row)
        self.show_finished(frame)

    def show_finished(self, frame: Finished) -> None:
        """Show a frame that the job of the row has just finished."""
        entry = self.entry()
        if entry is None or entry.id != frame.row:
            return
        self._seen = None
        self.tiles.forget()
        self.view.set_hints([])
        self.view.set_cover(QImage())
        self.view.set_message("")
        full = full_size(entry, frame.size)
        self.view.set_pictures(gray_image(frame.gray), rgb_image(frame.rgb), full)
        if entry.job.kind is Kind.FILM:
            self.film.show_frame(frame.done - 1)

    def refresh(self) -> None:
        """Follow a change of the row's settings or hints that came from elsewhere."""
        entry = self.entry()
        if entry is None:
            self.show_entry(None)
            return
        self._adjusting.show(entry)
        if (shown_look := self._seen) is not None:
            self.hinting.show(entry, shown_look)
            self._shade_quickly()
            other = colours_of(shown_look.wish.job) != colours_of(entry.job)
            if other or shown_look.wish.saved is not self.saved.is_file(entry):
                self.ask()
        self.saved.show_entry(entry)

    def _handle_counts(self) -> None:
        """Show the file as soon as it is finished, and the preview when it is to be made again."""
        entry, seen = self.entry(), self._seen
        if entry is None:
            return
        self.saved.show_entry(entry)
        if self.view.takes_pictures is not self.film.references.may_change:
            self._allow_changes()
        if seen is not None and seen.wish.saved is not self.saved.is_file(entry):
            self.ask()

    def showEvent(self, event: object) -> None:
        """Ask for what was not asked for while hidden."""
        if self._seen is None:
            self.ask()

    def _create_parts(self) -> None:
        self.name = ElidedLabel()
        self.view = CompareView()
        self.busy = QProgressBar(textVisible=False, maximum=0)
        self.busy.setFixedHeight(3)
        policy = self.busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the picture does not jump
        self.busy.setSizePolicy(policy)
        self.busy.hide()
        self.adjust = AdjustPanel()
        self.saved = Saved(self._session, self.view, self.film)
        self.colouring = Colouring(self.film)
        self.against = Against(self._session, self.view, self.colouring.amounts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 4)
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addWidget(PlainLabel(self.tr("Left:")))
        top.addWidget(self.against)
        top.addWidget(self.saved)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.busy)
        layout.addWidget(self.film)
        layout.addWidget(self.adjust)

    def _connect_parts(self) -> None:
        self._looks.seen.connect(self._handle_seen)
        self._looks.failed.connect(self._handle_failed)
        self._looks.busy_changed.connect(self.busy.setVisible)
        self.colouring.shaded.connect(self.view.set_after)
        self.playing.began.connect(self._handle_playing)
        self.film.time_changed.connect(self.ask)
        self.view.pictures_dropped.connect(self.film.offer_references)
        self.shots.changed.connect(self._handle_shots)
        self._session.undo.indexChanged.connect(self.refresh)
        self._session.shown_changed.connect(self.show_entry)
        self._look = self._session.look
        self._session.look_changed.connect(self._handle_look)
        self._live.came.connect(self._handle_live)
        self._live.ended.connect(self.ask)
        self._model.facts_known.connect(self._handle_facts)
        self._model.counts_changed.connect(self._handle_counts)

    # Pictures

    def _handle_seen(self, seen: Seen) -> None:
        entry = self.entry()
        if entry is None or seen.wish.row != entry.id:
            return
        self._seen = seen
        self.view.set_message("")
        gray, full = gray_image(seen.gray), full_size(entry, seen.size)
        self.view.set_pictures(gray, self.colouring.begin(entry, seen), full)
        covered = self._session.look.unsure and seen.confidence.size
        self.view.set_cover(unsure_image(seen.confidence) if covered else QImage())
        self.hinting.show(entry, seen)
        self.tiles.show(entry, seen)
        self.against.follow(entry, seen)
        self._handle_counts()

    def _handle_failed(self, wish: Wish, why: str) -> None:
        if wish.row == self._row and wish.saved:  # somebody moved the result; its preview is left
            self.saved.miss(wish.row)
            self._handle_counts()
            self.ask()
        elif wish.row == self._row:
            self.view.set_message(shown(said(why)))

    def _handle_facts(self, row: int) -> None:
        entry = self.entry()
        if entry is not None and row == entry.id and entry.job.kind is Kind.FILM:
            self.film.take_facts(entry)

    def _handle_shots(self) -> None:
        """Follow a change of the shots: in another shot hints are elsewhere, colours others."""
        entry = self.entry()
        if self._seen is None or entry is None:
            return
        self._shade_quickly()
        guides, self._guides = self._guides, self.shots.guides
        if entry.job.hints or self._guides != guides:
            self.ask()

    def _shade_quickly(self) -> None:
        entry = self.entry()
        if entry is not None and self._seen is not None:
            self.tiles.recolour(entry)
            self.colouring.quickly(entry, self._seen)
