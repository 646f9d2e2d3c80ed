"""What people type after an option, checked: rules, days, moments; and who types.

Every function raises KhopError for what cannot be used.
"""

from __future__ import annotations

import difflib
import getpass
from collections.abc import Iterable
from datetime import date, datetime

from khop.cli.shell import Shell
from khop.errors import KhopError
from khop.text.local_time import LOCAL


def rule_ids(shell: Shell, names: Iterable[str] | None) -> list[str]:
    """The ids of these rules, written in any case; none for None."""
    from khop.sync.reconciling.rules import RULES

    ids = {rule.upper(): rule for rule in RULES}
    chosen = []
    for name in names or ():
        if name.upper() not in ids:
            close = difflib.get_close_matches(name.upper(), ids, n=1, cutoff=0.5)
            suggestion = shell.words("error.suggestion", word=ids[close[0]]) if close else ""
            raise KhopError(shell.words("error.rule", rule=name, suggestion=suggestion))
        chosen.append(ids[name.upper()])
    return chosen


def day(shell: Shell, text: str | None) -> date | None:
    """A day such as 2026-11-30; None for None."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise KhopError(shell.words("error.day", text=text)) from None


def moment(shell: Shell, text: str | None, message: str) -> datetime | None:
    """An ISO 8601 moment; without a zone it is Viet Nam time, a day alone is its beginning.

    None for None. ``message``: the key of the sentence for what is no moment.
    """
    try:
        read = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise KhopError(shell.words(message, text=text)) from None
    return read.replace(tzinfo=LOCAL) if read is not None and read.tzinfo is None else read


def account(shell: Shell) -> str:
    """The account that this process runs under."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise KhopError(shell.words("refused.no_actor")) from None
