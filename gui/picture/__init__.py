"""A file before and after: canvas, sliders, hints."""
