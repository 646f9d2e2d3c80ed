"""The engine: reads sources, compares, and repairs."""
