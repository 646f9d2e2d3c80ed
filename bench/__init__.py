"""Benchmarks: khop beside a hand-written peer, in the same run and on the same data."""
