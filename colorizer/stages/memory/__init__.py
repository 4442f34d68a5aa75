"""The colour memory: one thing, one colour, through a shot.

`recall.ShotMemory` is the stage, one for a film. A frame that starts a shot gets an empty memory; a
run that continues in the middle of one restores it from the state in the journal. `--keep-colours`
lets the last shots be asked as well.
"""
