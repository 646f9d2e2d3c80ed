"""Readers of tables: the packaged TOML files, rows of TOML, CSV that a person keeps."""
