"""National public-service portal (DVCQG): wire messages to records and back."""
