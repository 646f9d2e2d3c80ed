"""Logbooks, registers and apology lists in spreadsheets: cells to rows of paper."""
