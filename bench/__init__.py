"""Benchmarks: khop and a hand-written program, measured in one run on the same data."""
