"""Settings of new files: form, editors, presets, preferences."""
