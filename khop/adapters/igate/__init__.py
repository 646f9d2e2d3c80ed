"""The adapter of the one-stop system: its settings and ports."""
