"""Rows of files that are no evidence of one dossier: reports, counts, feedback, ratings."""
