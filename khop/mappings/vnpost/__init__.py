"""Viet Nam Post: orders, places, barcodes and events."""
