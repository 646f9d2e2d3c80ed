"""Views of findings, decisions, history, notices, work for people, redaction."""
