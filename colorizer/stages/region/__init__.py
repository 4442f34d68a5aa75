"""What of a film's frame is picture: bars, camera gates and masks around it."""
