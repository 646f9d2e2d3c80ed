"""iGate's adapter for ministries: full dossiers to its messages."""
