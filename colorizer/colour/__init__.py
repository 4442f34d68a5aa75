"""Every colour formula: CIELAB, Y'CbCr, RGB spaces, ICC profiles, chroma siting."""
