"""What people read of the findings: a table, CSV, JSON Lines, a workbook, a page.

A finding is a sign to be explained, not a verdict (docs/rules.md); every report a person
reads says so. Foreign text never becomes a formula, markup or a terminal's command.
"""
