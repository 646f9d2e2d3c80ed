"""VNPT's adapter for ministries: its settings and ports."""
