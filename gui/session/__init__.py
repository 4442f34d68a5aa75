"""What the window works with, without a widget: queue, engine, runner, undo, preferences."""
