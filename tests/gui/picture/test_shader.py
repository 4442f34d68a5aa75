"""Pictures are shaded next to the window, and only the newest wish is shown."""

import threading

import numpy as np
from PySide6.QtCore import QObject, QThread

from gui.picture.shader import Shader


def test_the_newest_wish_is_shown_and_made_elsewhere(qapp, until):
    shader, came, made_in = Shader(parent := QObject()), [], []
    shader.shaded.connect(
        lambda image: came.append((image.size().toTuple(), QThread.isMainThread()))
    )
    free = threading.Event()

    def slow() -> np.ndarray:
        free.wait(10)
        return np.zeros((2, 3, 3), np.uint8)

    def make() -> np.ndarray:
        made_in.append(threading.current_thread() is threading.main_thread())
        return np.zeros((4, 5, 3), np.uint8)

    shader.want(slow)
    shader.want(make)
    free.set()
    until(lambda: not shader.is_busy)
    qapp.processEvents()
    assert came == [((5, 4), True)]
    assert made_in == [False]
    shader.want(make)
    shader.forget()
    until(lambda: len(made_in) == 2)
    qapp.processEvents()
    assert len(came) == 1, "no one wants it any more"
    del parent
