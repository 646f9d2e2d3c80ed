"""Comparing of sources: cases, rules, findings, and the matching of paper rows."""
