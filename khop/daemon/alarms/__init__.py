"""Alarms: what is wrong, whom khop told of it, and the ways of telling."""
