"""Files that outlast a crash: claims, atomic writes, checksums, bounded reads of strange files."""
