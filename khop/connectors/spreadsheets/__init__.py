"""Office files read into cells, with limits on their size."""
