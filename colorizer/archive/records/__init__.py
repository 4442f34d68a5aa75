"""What is written down: sidecars, manifest, run log, bags, signatures."""
