"""Codes of dossiers, organisations and procedures: spelling, shapes, level-1 codes."""
