"""The adapter of the post: its settings and ports."""
