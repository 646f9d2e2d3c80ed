"""The commands, one module for each or for a few that belong together.

A command reads its arguments, calls the engine, prints the result and returns an exit code. It
decides nothing itself: that is the engine's work.
"""
