"""What a person asks for: hints, references, cut lists, shot settings, and how they travel.

The way of a hint: `places.hint.Hint` is part of the `Job` (`hints/file.py` reads JSON files).
`film_guides` in `guides.py` finds its frame with a `FilmReader`, and `hints/tracks.py` follows its
place through the shot before the film is coloured. In the pipeline `Guides.guide` moves the ab of
key frames (`hints/spread.py`); smoothing carries it to the frames between. Hints of a photo also go
into the network (`Guides.shown`). Preview, window and Python use the same through `colour_one.py`.
"""
