"""One-stop system (VNPT iGate): dossiers, tasks, persons, files and fees to records."""
