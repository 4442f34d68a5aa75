"""Photos: reading scans of any format, writing results at full size and depth."""
