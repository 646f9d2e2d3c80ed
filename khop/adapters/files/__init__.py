"""The adapters of files: logbook, register, apologies, extract of the portal."""
