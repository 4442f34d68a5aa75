"""What a person asks for: hints, references, cut lists, shot settings, and how they travel.

The way of a hint: `places.hint.Hint` is part of the `Job`; from the command line the job has only
the path, and `guides_of` in `hints/file.py` reads it in the pipeline.
`film_guides` in `guides.py` finds its frame with a `FilmReader`, and `hints/tracks.py` follows its
place through the shot before the film is coloured. In the pipeline `Guides.guide` moves the ab of
key frames (`hints/spread.py`); smoothing carries it to the frames between. The network is shown no
hints: what it makes of them is worth less than what it then changes elsewhere. Preview, window and
Python use the same through `colour_one.py`.
"""
