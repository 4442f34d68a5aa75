"""The computer does not fall asleep while files are being colorized."""

from wakepy import keep

from gui.session.awake import Awake


class Recorded:
    """Stands for wakepy's mode and notes what is done with it."""

    def __init__(self, told):
        self.told = told

    def __enter__(self):
        self.told.append("held")

    def __exit__(self, *_):
        self.told.append("let go")


def test_sleep_is_forbidden_once_and_as_long_as_work_continues(monkeypatch):
    told = []
    monkeypatch.setattr(keep, "running", lambda **_: Recorded(told))
    awake = Awake()
    awake.hold(True)
    awake.hold(True)
    assert told == ["held"]
    awake.hold(False)
    awake.hold(False)
    assert told == ["held", "let go"]
    awake.hold(True)
    assert told == ["held", "let go", "held"]


def test_without_a_way_to_forbid_it_nothing_happens(monkeypatch):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    awake = Awake()
    awake.hold(True)
    awake.hold(False)
