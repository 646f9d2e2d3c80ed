"""The command line: what a person or a timer asks of khop."""
