"""Single pictures: `picture.look_at` for the window, `preview.before_and_after` for the command.

Both colour by `guidance.colour_one`; `in_shot` gives a frame of a film the curve of its shot.
"""
