"""What frames go through, Iterator[Frame] to Iterator[Frame]; device and batching with them."""
