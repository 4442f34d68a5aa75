"""The colour memory: one thing, one colour, through a shot."""
