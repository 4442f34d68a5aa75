"""A film: its time, its shots and what each has of its own."""
