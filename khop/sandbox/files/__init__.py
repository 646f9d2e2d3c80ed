"""The offices' files, khop.toml, and the truth as JSON."""
