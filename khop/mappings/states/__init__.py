"""States of a dossier: tables from each system's labels, and the allowed changes."""
