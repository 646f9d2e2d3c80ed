"""Rules as a person names them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from khop.cli.shell import Shell
from khop.errors import KhopError


def known_rules(shell: Shell, named: Iterable[str]) -> list[str]:
    """The ids of these rules, whatever case they are written in. Raises KhopError."""
    from khop.sync.reconciling.rules import RULES

    ids = {rule.upper(): rule for rule in RULES}
    chosen = []
    for name in named:
        if name.upper() not in ids:
            close = difflib.get_close_matches(name.upper(), ids, n=1, cutoff=0.5)
            suggestion = shell.words("error.suggestion", word=ids[close[0]]) if close else ""
            raise KhopError(shell.words("error.rule", rule=name, suggestion=suggestion))
        chosen.append(ids[name.upper()])
    return chosen
