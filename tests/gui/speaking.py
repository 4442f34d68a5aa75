"""The window in another language for a while."""

from contextlib import contextmanager

from gui.words.language import Words, read_notes, read_words
from gui.words.text import use_notes


@contextmanager
def spoken(app, code):
    """Speak a language: words of the window and notes of the core."""
    translator = Words(read_words(code), code, app)
    if code != "en":
        app.installTranslator(translator)
    use_notes(read_notes(code))
    try:
        yield
    finally:
        app.removeTranslator(translator)
        use_notes({})
