"""What people read: reports of findings, lists of work, the rules in words.

``formats/`` writes them, one module for each format; the order of their columns is
``formats/columns.py``. A finding is a sign to be explained, not a verdict (docs/rules.md), and
every report states this. Foreign text never becomes a formula, markup or a terminal command.
"""
