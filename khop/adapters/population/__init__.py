"""The adapter of the population database: its settings and ports."""
