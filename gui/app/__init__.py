"""The window as a whole: actions, menus, engine, runner, start."""
