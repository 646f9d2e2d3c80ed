"""Report form II.06a and the list of statistics errors: how dossiers are counted."""
