"""The queue: table, cells, thumbnails, what is added."""
