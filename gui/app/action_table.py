"""Every action of the window: name, words, key, when it can be done and what it does.

Menus, toolbars and the list of keys are made of this table; see `gui.app.menus`.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from colorizer.jobs import JobState
from gui.app.actions import Act
from gui.app.asking import Asking
from gui.app.choices import Choices
from gui.app.program import Program
from gui.picture.look_panel import LookPanel
from gui.queue.queue_panel import QueuePanel
from gui.session.activity import PENDING, Activity
from gui.session.edits import OVER
from gui.session.engine import Life
from gui.session.look import Mode
from gui.session.session import AGAIN, Session
from gui.shots.go_to import ask_place

_KEYS = QKeySequence.StandardKey


@dataclass(frozen=True)
class Parts:
    """What actions are done with."""

    session: Session
    asking: Asking
    program: Program
    choices: Choices
    queue: QueuePanel
    picture: LookPanel


def table(parts: Parts) -> list[Act]:
    """Return all actions."""
    return [
        *_of_files(parts),
        *_of_work(parts),
        *_of_rows(parts),
        *_of_moves(parts.session),
        *_of_edits(parts),
        *_of_views(parts),
        *_of_films(parts),
        *_of_shots(parts),
        *_of_program(parts.program),
        *parts.choices.acts(),
    ]


def _of_files(parts: Parts) -> list[Act]:
    session, asking = parts.session, parts.asking
    watching = session.watching
    return [
        Act(name="add_files", words=_tr("Add &files…"), key="Ctrl+O", do=asking.add_files,
            icon="file"),
        Act(name="add_folder", words=_tr("Add f&older…"), key="Ctrl+Shift+O",
            do=asking.add_folder, icon="folder"),
        Act(name="watch", words=_tr("&Watch a folder…"), key="Ctrl+Shift+W", do=asking.watch),
        Act(name="unwatch", words=_tr("Stop watchin&g"), do=lambda: session.watch(()),
            when=lambda: bool(watching.folders)),
        Act(name="import", words=_tr("&Import queue…"), do=asking.import_),
        Act(name="export", words=_tr("&Export queue…"), do=asking.export,
            when=lambda: _are_any(session, *PENDING)),
        Act(name="quit", words=_tr("&Quit"), key=_KEYS.Quit, do=parts.program.quit),
    ]  # fmt: skip


def _of_work(parts: Parts) -> list[Act]:
    session, runner = parts.session, parts.session.runner
    return [
        Act(name="start", words=lambda: _start_words(session), key="F5",
            icon=lambda: "pause" if runner.is_running else "play", do=session.start_or_pause,
            when=lambda: runner.is_active or _are_any(session, *PENDING)),
        Act(name="stop_after", words=_tr("Stop &after this"), key="Shift+F5", icon="last",
            tip=_tr("Let the files in progress end and begin no other"),
            do=lambda: runner.stop_after_this(runner.activity is not Activity.STOPPING),
            when=lambda: runner.is_running, on=lambda: runner.activity is Activity.STOPPING),
        Act(name="engine_again", words=_tr("Start the &engine again"),
            do=session.engine.start_again, when=lambda: session.engine.life is Life.GIVEN_UP,
            tip=_tr("Start the process that does the work, after it did not stay alive")),
        Act(name="retry_failed", words=_tr("&Retry all failed"), key="Ctrl+R",
            do=session.retry_failed, when=lambda: _are_any(session, JobState.FAILED)),
        Act(name="clear_done", words=_tr("Clear &done"), key="Ctrl+L", do=session.clear_over,
            when=lambda: _are_any(session, *OVER)),
    ]  # fmt: skip


def _of_rows(parts: Parts) -> list[Act]:
    session, asking = parts.session, parts.asking
    states = session.states_of_selected

    def is_over() -> bool:
        return len(session.selected) == 1 and bool(states() & set(OVER))

    return [
        Act(name="open", words=_tr("&Open result"), key="Ctrl+Return", do=asking.open_result,
            when=is_over),
        Act(name="reveal", words=_tr("Open result's &folder"), key="Ctrl+Shift+Return",
            do=asking.reveal, when=lambda: len(session.selected) == 1),
        Act(name="record", words=_tr("S&how its record"), key="Ctrl+I", do=asking.open_record,
            when=is_over, tip=_tr("Open the file next to the result that says what it was made of "
                                  "and how")),
        Act(name="cancel", words=_tr("&Cancel"), key="Ctrl+Backspace",
            do=lambda: session.cancel(session.selected),
            when=lambda: bool(states() & {*PENDING, JobState.RUNNING})),
        Act(name="retry", words=_tr("Colorize a&gain"), key="Ctrl+T",
            do=lambda: session.retry(session.selected),
            when=lambda: bool(states() & {*AGAIN} - {JobState.INTERRUPTED})),
        Act(name="remove", words=_tr("Re&move from the queue"), key="Del",
            do=lambda: session.remove(session.selected),
            when=lambda: bool(states() - {JobState.RUNNING})),
    ]  # fmt: skip


def _of_moves(session: Session) -> list[Act]:
    def is_any() -> bool:
        return bool(session.selected)

    def moved(where: str) -> None:
        session.move(session.selected, where)

    return [
        Act(name="top", words=_tr("To the &top"), key="Ctrl+Home", do=lambda: moved("top"),
            when=is_any),
        Act(name="up", words=_tr("&Up"), key="Ctrl+Up", do=lambda: moved("up"), when=is_any),
        Act(name="down", words=_tr("Do&wn"), key="Ctrl+Down", do=lambda: moved("down"),
            when=is_any),
        Act(name="bottom", words=_tr("To the &bottom"), key="Ctrl+End",
            do=lambda: moved("bottom"), when=is_any),
    ]  # fmt: skip


def _of_edits(parts: Parts) -> list[Act]:
    session, undo = parts.session, parts.session.undo
    return [
        Act(name="undo", words=_tr("&Undo"), key=_KEYS.Undo, do=undo.undo, when=undo.canUndo),
        Act(name="redo", words=_tr("&Redo"), key=_KEYS.Redo, do=undo.redo, when=undo.canRedo),
        Act(name="hint", words=_tr("&Hint colours"), key="H", icon="hint",
            do=parts.picture.toggle_hints, on=lambda: session.look.hints,
            when=lambda: session.shown_entry() is not None,
            tip=_tr("Click a place and choose its colour; drag a dot to move it, right-click "
                    "to remove it; in a film the colour follows the place through its shot")),
        Act(name="references", words=_tr("Add refere&nces…"),
            do=parts.picture.film.reference_list.choose,
            when=lambda: parts.picture.film.references.may_change),
        Act(name="paste", words=_tr("&Paste files"), key=_KEYS.Paste, do=parts.asking.paste),
        Act(name="copy_look", words=_tr("&Copy look and hints"), key="Ctrl+Shift+C",
            do=session.copy_look, when=lambda: session.shown_entry() is not None,
            tip=_tr("Copy strength, vividness and hints of the file that is shown")),
        Act(name="paste_look", words=_tr("Paste &look and hints"), key="Ctrl+Shift+V",
            do=lambda: session.paste_look(session.selected),
            when=lambda: session.copied is not None and bool(session.selected),
            tip=_tr("Give what was copied to the selected files")),
        Act(name="find", words=_tr("&Find a file"), key="Ctrl+F", do=parts.queue.search.setFocus),
    ]  # fmt: skip


def _of_views(parts: Parts) -> list[Act]:
    session, view = parts.session, parts.picture.view
    modes = ((Mode.SPLIT, _tr("&Split"), "1"), (Mode.SIDE, _tr("Side &by side"), "2"),
             (Mode.BEFORE, _tr("B&efore"), "3"), (Mode.AFTER, _tr("&After"), "4"))  # fmt: skip
    return [
        *(
            Act(name=mode.value, words=words, key=key, icon=mode.value, group="mode",
                do=lambda mode=mode: session.set_look(mode=mode),
                on=lambda mode=mode: session.look.mode is mode)
            for mode, words, key in modes
        ),
        Act(name="blink", words=_tr("Blin&k before and after"), key="B", do=parts.picture.blink),
        Act(name="fit", words=_tr("&Fit"), key="Ctrl+0", do=view.fit, icon="fit"),
        Act(name="one", words=_tr("1:1"), key="Ctrl+1", do=view.one_to_one),
        Act(name="zoom_in", words=_tr("Zoom &in"), key="Ctrl++", do=lambda: view.zoom(1.5)),
        Act(name="zoom_out", words=_tr("Zoom &out"), key="Ctrl+-", do=lambda: view.zoom(1 / 1.5)),
        Act(name="unsure", words=_tr("Show low confi&dence"), key="U", icon="unsure",
            short=_tr("Low confidence"),
            tip=_tr("Cover the places where the confidence of the network is low"),
            do=lambda: session.set_look(unsure=not session.look.unsure),
            on=lambda: session.look.unsure),
        Act(name="grid", words=_tr("&Grid in place of the list"), key="Ctrl+G", icon="grid",
            tip=_tr("Show the files of the queue as pictures, before and after"),
            do=lambda: parts.queue.show_grid(not parts.queue.shows_grid),
            on=lambda: parts.queue.shows_grid),
        Act(name="follow", words=_tr("Follo&w the work"), key="R",
            tip=_tr("Show the file in progress, and of it the frame just finished"),
            do=lambda: session.set_look(follows=not session.look.follows),
            on=lambda: session.look.follows),
    ]  # fmt: skip


def _of_films(parts: Parts) -> list[Act]:
    film, shots = parts.picture.film, parts.picture.shots
    line = film.timeline

    def may_cut() -> bool:
        entry = shots.entry()
        return entry is not None and parts.session.may_change(entry.id)

    return [
        Act(name="play", words=_tr("&Play"), key="Space", do=line.play,
            icon=lambda: "pause" if line.speed else "play", when=lambda: film.is_film,
            tip=_tr("Play the film from here, or stand still")),
        Act(name="part_begin", words=_tr("Be&gin the part here"), key="I", icon="part_begin",
            do=film.begin_here, when=may_cut,
            tip=_tr("Run the film from this frame on")),
        Act(name="part_end", words=_tr("En&d the part here"), key="O", icon="part_end",
            do=film.end_here, when=may_cut,
            tip=_tr("Run the film up to this frame")),
        Act(name="part_whole", words=_tr("Run the &whole film"), key="Shift+I",
            do=lambda: film.part.choose(0, None), when=may_cut),
        Act(name="go_to", words=_tr("Go &to…"), key="G", do=lambda: ask_place(line),
            when=lambda: film.is_film),
        Act(name="step_back", words=_tr("One frame &back"), key=",", do=lambda: line.step(-1)),
        Act(name="step_on", words=_tr("One frame &on"), key=".", do=lambda: line.step(1)),
        Act(name="play_back", words=_tr("Run back (again: faster)"), key="J",
            do=lambda: line.shuttle(-1)),
        Act(name="stand", words=_tr("Stand still"), key="K", do=lambda: line.shuttle(0)),
        Act(name="play_on", words=_tr("Run on (again: faster)"), key="L",
            do=lambda: line.shuttle(1)),
    ]  # fmt: skip


def _of_shots(parts: Parts) -> list[Act]:
    film, shots, line = parts.picture.film, parts.picture.shots, parts.picture.film.timeline

    def may_change() -> bool:
        return shots.may_change and shots.plan is not None

    def has_shots() -> bool:
        return bool(shots.firsts)

    return [
        Act(name="shot_back", words=_tr("Shot bac&k"), key="P", do=lambda: line.jump(-1),
            when=has_shots),
        Act(name="shot_on", words=_tr("&Next shot"), key="N", do=lambda: line.jump(1),
            when=has_shots),
        Act(name="find_shots", words=_tr("&Find shots"), key="Shift+F", do=shots.find,
            when=lambda: shots.may_change),
        Act(name="cut", words=_tr("&Cut here"), key="C", do=lambda: shots.split(line.frame),
            when=may_change, short=_tr("Cut here"),
            tip=_tr("Begin a shot at the frame that is shown")),
        Act(name="join", words=_tr("&Join with the shot before"), key="Shift+C",
            do=lambda: shots.join(film.list.selected()), when=may_change, short=_tr("Join")),
        Act(name="move_cut", words=_tr("&Move the nearest cut here"), key="M",
            do=lambda: shots.move(line.frame), when=may_change, short=_tr("Move cut")),
        Act(name="shots", words=_tr("&Show shots"), key="T", do=film.toggle_list,
            on=lambda: film.shows_list),
    ]  # fmt: skip


def _of_program(program: Program) -> list[Act]:
    return [
        Act(name="settings", words=_tr("&Settings…"), key="Ctrl+,", icon="settings",
            do=program.ask_settings),
        Act(name="settings_selected", words=_tr("Sett&ings of the selected files…"),
            key="Alt+Return", do=program.ask_settings_of_selected, when=program.has_selected),
        Act(name="preset_selected", words=_tr("Give them the &preset"),
            tip=_tr("Give the selected files the settings that new files get"),
            do=program.give_preset, when=program.has_selected),
        Act(name="models", words=_tr("&Models…"), do=program.show_models),
        Act(name="manual", words=_tr("Man&ual"), key="F1", do=program.show_manual),
        Act(name="shortcuts", words=_tr("&Keyboard shortcuts"), key="Ctrl+/",
            do=program.show_shortcuts),
        Act(name="log", words=_tr("&Log"), key="Ctrl+Shift+L", do=program.show_log),
        Act(name="diagnostics", words=_tr("&Copy diagnostics"), do=program.copy_diagnostics),
        Act(name="about", words=_tr("&About Colorizer"), do=program.show_about),
    ]  # fmt: skip


def start_words() -> tuple[str, str, str]:
    """Return all that the button for the work may say."""
    return _tr("&Start"), _tr("&Pause"), _tr("Co&ntinue")


def _start_words(session: Session) -> str:
    runner = session.runner
    if runner.is_running:
        return start_words()[1]
    if runner.activity is Activity.PAUSED or session.model.counts[JobState.INTERRUPTED]:
        return start_words()[2]
    return start_words()[0]


def _are_any(session: Session, *states: JobState) -> bool:
    return any(session.model.counts[state] for state in states)


def _tr(text: str) -> str:
    return QCoreApplication.translate("actions", text)
