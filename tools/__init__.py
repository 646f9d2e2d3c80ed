"""Programs that write and check parts of this repository."""
