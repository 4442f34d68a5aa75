"""Cases that happened: files and folders as people have them, one behaviour a test."""
