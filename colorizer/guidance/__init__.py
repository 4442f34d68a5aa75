"""What a person asks for: hints, references, cut lists, shot settings, and how they travel."""
