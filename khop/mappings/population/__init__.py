"""Population database: personal numbers, names, and the check of a person's identity."""
