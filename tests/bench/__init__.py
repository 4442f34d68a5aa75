"""Speed and memory, printed as tables; nothing here asserts a time."""
