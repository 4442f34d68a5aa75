"""The window of Colorizer. Talks to the worker process; neither torch nor av is imported."""
