"""Films: decoding, encoding, everything that travels with them, segments on the disk."""
