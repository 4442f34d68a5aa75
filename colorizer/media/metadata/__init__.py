"""What photo files say about themselves: EXIF, XMP, IPTC, and what results say of their making."""
