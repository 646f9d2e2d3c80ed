"""Administrative units over time: history, succession, files, and code matching."""
