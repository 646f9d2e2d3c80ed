"""The formats of reports of findings and of lists of work, one module for each."""
