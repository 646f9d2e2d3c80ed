"""Reading of sources into the ledger: lists, feeds, files, look-ups, catalogues, quarantine."""
