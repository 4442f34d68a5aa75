"""Actions on the picture: how it is compared, zoom, time, hints, undo, colours of the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject
from PySide6.QtGui import QActionGroup, QKeySequence
from PySide6.QtWidgets import QApplication, QToolBar

from gui.app.actions import Actions
from gui.app.language import languages
from gui.app.theme import THEMES, apply_theme
from gui.picture.canvas import Mode
from gui.picture.live import Finished, Live

if TYPE_CHECKING:
    from gui.app.window import Window


class ViewCommands(QObject):
    """Makes the actions of the Edit, View and Film menus."""

    def __init__(self, window: Window, actions: Actions) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        self._panel = window.look_panel
        self._create_edit_actions()
        self._create_mode_actions()
        self._create_zoom_actions()
        self._create_follow_action()
        self._create_film_actions()
        self._create_shot_actions()
        self._create_theme_actions()

    def create_menus(self) -> None:
        """Add the menus to the menu bar."""
        bar, fill = self._window.menuBar(), self._actions.menu
        fill(bar, self.tr("&Edit"), ["undo", "redo", None, "hint", None, "find"])
        view = fill(
            bar,
            self.tr("&View"),
            [*(mode.value for mode in Mode), "blink", None, "fit", "one", "zoom_in", "zoom_out",
             None, "unsure", "follow", None],
        )  # fmt: skip
        self._actions.fill(view.addMenu(self.tr("&Colours of the window")), self._themes())
        self._actions.fill(view.addMenu(self.tr("&Language")), self._create_languages())
        fill(
            bar,
            self.tr("Fil&m"),
            ["step_back", "step_on", None, "play_back", "stand", "play_on", None, "shot_back",
             "shot_on", None, "find_shots", "cut", "join", "move_cut", None, "shots"],
        )  # fmt: skip

    def create_toolbar(self) -> QToolBar:
        """Return the bar above the picture."""
        bar = QToolBar(self.tr("Picture"))
        bar.setMovable(False)
        modes = [mode.value for mode in Mode]
        self._actions.fill(bar, [*modes, None, "fit", "one", None, "hint", "unsure"])
        return bar

    def _themes(self) -> list[str]:
        return [f"theme_{name}" for name in THEMES]

    def _make(
        self, name: str, text: str, keys: str, slot: Callable[[], object], icon_name: str = "",
        *, tip: str = "", checkable: bool = False,
    ) -> None:  # fmt: skip
        action = self._actions.make(
            self._window, name, text, keys, icon_name=icon_name, tip=tip, checkable=checkable
        )
        action.triggered.connect(lambda: slot())

    def _create_edit_actions(self) -> None:
        stack = self._window.undo
        keys = QKeySequence.StandardKey
        for name, text, key, slot, can, signal in (
            ("undo", self.tr("&Undo"), keys.Undo, stack.undo, stack.canUndo, stack.canUndoChanged),
            ("redo", self.tr("&Redo"), keys.Redo, stack.redo, stack.canRedo, stack.canRedoChanged),
        ):
            action = self._actions.make(self._window, name, text, key)
            action.triggered.connect(slot)
            action.setEnabled(can())
            signal.connect(action.setEnabled)
        tip = self.tr("Click a place and choose its colour; drag a dot to move it, right-click "
                      "to remove it; in a film the colour follows the place through its "
                      "shot")  # fmt: skip
        self._make("hint", self.tr("&Hint colours"), "H", self._handle_hint, "hint", tip=tip,
                   checkable=True)  # fmt: skip

        panel = self._window.queue_panel
        self._make("find", self.tr("&Find a file"), "Ctrl+F", panel.search.setFocus)
        panel.current_changed.connect(
            lambda entry: self._actions["hint"].setEnabled(entry is not None)
        )

    def _create_mode_actions(self) -> None:
        group = QActionGroup(self)
        for mode, text, key in (
            (Mode.SPLIT, self.tr("&Split"), "1"),
            (Mode.SIDE, self.tr("Side &by side"), "2"),
            (Mode.BEFORE, self.tr("B&efore"), "3"),
            (Mode.AFTER, self.tr("&After"), "4"),
        ):
            self._make(mode.value, text, key, lambda mode=mode: self._set_mode(mode), mode.value,
                       checkable=True)  # fmt: skip
            group.addAction(self._actions[mode.value])
        self._actions[Mode.SPLIT.value].setChecked(True)
        self._make("blink", self.tr("Blin&k before and after"), "B", self._handle_blink)

    def _create_zoom_actions(self) -> None:
        view = self._panel.view
        self._make("fit", self.tr("&Fit"), "Ctrl+0", view.fit, "fit")
        self._make("one", self.tr("1:1"), "Ctrl+1", view.one_to_one)
        self._make("zoom_in", self.tr("Zoom &in"), "Ctrl++", lambda: view.zoom(1.5))
        self._make("zoom_out", self.tr("Zoom &out"), "Ctrl+-", lambda: view.zoom(1 / 1.5))
        tip = self.tr("Cover the places where the network is unsure of the colour")
        self._make("unsure", self.tr("Show &unsure places"), "U", self._handle_unsure, tip=tip,
                   checkable=True)  # fmt: skip
        self._actions["unsure"].setIconText(self.tr("Unsure places"))

    def _create_follow_action(self) -> None:
        tip = self.tr("Show the file in progress, and of it the frame just finished")
        self._make("follow", self.tr("Follo&w the work"), "R", self._handle_follow, tip=tip,
                   checkable=True)  # fmt: skip
        self._live = Live(self._window.engine, self._window.runner, self)
        self._live.came.connect(self._handle_finished)
        self._live.ended.connect(self._panel.ask)

    def _handle_follow(self) -> None:
        wanted = self._actions["follow"].isChecked()
        self._panel.shows_live = wanted
        self._live.want(wanted)
        self._panel.ask()

    def _handle_finished(self, frame: Finished) -> None:
        entry = self._panel.entry()
        if entry is None or entry.id != frame.row:
            self._window.queue_panel.select(frame.row)
        self._panel.show_finished(frame)

    def _create_film_actions(self) -> None:
        line = self._panel.timeline
        self._make("step_back", self.tr("One frame &back"), ",", lambda: line.step(-1))
        self._make("step_on", self.tr("One frame &on"), ".", lambda: line.step(1))
        self._make("play_back", self.tr("Run back (again: faster)"), "J", lambda: line.shuttle(-1))
        self._make("stand", self.tr("Stand still"), "K", lambda: line.shuttle(0))
        self._make("play_on", self.tr("Run on (again: faster)"), "L", lambda: line.shuttle(1))

    def _create_shot_actions(self) -> None:
        film, shots = self._panel.film, self._panel.shots
        line, get = film.timeline, self._window.preferences.get
        self._make("shot_back", self.tr("Shot bac&k"), "P", lambda: line.jump(-1))
        self._make("shot_on", self.tr("&Next shot"), "N", lambda: line.jump(1))
        self._make("find_shots", self.tr("&Find shots"), "Shift+F", shots.find)
        self._make("cut", self.tr("&Cut here"), "C", lambda: shots.split(line.frame),
                   tip=self.tr("Begin a shot at the frame that is shown"))  # fmt: skip
        self._make("join", self.tr("&Join with the shot before"), "Shift+C",
                   lambda: shots.join(film.list.selected()))  # fmt: skip
        self._make("move_cut", self.tr("&Move the nearest cut here"), "M",
                   lambda: shots.move(line.frame))  # fmt: skip
        self._make("shots", self.tr("&Show shots"), "T", self._handle_shots, checkable=True)
        self._actions["shots"].setChecked(bool(get("shots", True)))
        film.list.setVisible(self._actions["shots"].isChecked())
        short = {
            "cut": self.tr("Cut here"),
            "join": self.tr("Join"),
            "move_cut": self.tr("Move cut"),
        }
        for name, words in short.items():
            self._actions[name].setIconText(words)
        film.list.add_actions(self._actions[name] for name in short)
        shots.changed.connect(self._allow_shots)
        self._allow_shots()

    def _handle_shots(self) -> None:
        wanted = self._actions["shots"].isChecked()
        self._window.preferences.put("shots", wanted)
        self._panel.film.list.setVisible(wanted)

    def _allow_shots(self) -> None:
        """Enable what can be done with the shots of the film that is shown."""
        shots = self._panel.shots
        for name in ("cut", "join", "move_cut"):
            self._actions[name].setEnabled(shots.may_change and shots.plan is not None)
        self._actions["find_shots"].setEnabled(shots.may_change)
        for name in ("shot_back", "shot_on"):
            self._actions[name].setEnabled(bool(shots.firsts))

    def _create_theme_actions(self) -> None:
        group = QActionGroup(self)
        chosen = self._window.preferences.get("theme", "system")
        texts = (self.tr("Like the &system"), self.tr("&Light"), self.tr("&Dark"))
        for name, text in zip(THEMES, texts, strict=True):
            self._make(f"theme_{name}", text, "", lambda name=name: self._set_theme(name),
                       checkable=True)  # fmt: skip
            group.addAction(self._actions[f"theme_{name}"])
            self._actions[f"theme_{name}"].setChecked(name == chosen)

    def _create_languages(self) -> list[str]:
        """Make one action a language, named in that language, and return their names."""
        group, chosen = QActionGroup(self), self._window.preferences.get("language", "system")
        names = []
        for code in ("system", *languages()):
            words = QLocale(code).nativeLanguageName() if code != "en" else "English"
            if code == "system":
                words = self.tr("Like the &system")
            name = f"language_{code}"
            self._make(name, words.capitalize() if code != "system" else words, "",
                       lambda code=code: self._set_language(code), checkable=True)  # fmt: skip
            self._actions[name].setChecked(code == chosen)
            group.addAction(self._actions[name])
            names.append(name)
        return names

    def _set_language(self, code: str) -> None:
        self._window.preferences.put("language", code)
        words = self.tr("The language changes when the window is opened again.")
        self._window.statusBar().showMessage(words, 10_000)

    def _set_mode(self, mode: Mode) -> None:
        self._panel.set_mode(mode)

    def _handle_blink(self) -> None:
        self._panel.blink()
        self._actions[self._panel.view.mode.value].setChecked(True)

    def _handle_hint(self) -> None:
        self._panel.set_hinting(self._actions["hint"].isChecked())
        self._actions[self._panel.view.mode.value].setChecked(True)

    def _handle_unsure(self) -> None:
        self._panel.set_confidence(self._actions["unsure"].isChecked())

    def _set_theme(self, name: str) -> None:
        self._window.preferences.put("theme", name)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, name)
