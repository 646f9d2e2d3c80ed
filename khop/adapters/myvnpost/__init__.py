"""The adapter of the post's commercial interface: its settings and ports."""
