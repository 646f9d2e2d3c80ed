"""The adapter of the national portal: its settings and ports."""
