"""The plan of repairs, and its application."""
