"""The unit of a code on a day; codes pass from unit to unit (docs/domain.md, Codes).

The two orders of an organisation code are equal here: ``000.00.53.H48`` is ``H48.53``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from khop.errors import ConfigError
from khop.mappings.codes.grammar import Order
from khop.mappings.codes.organisation import parse_organisation
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.units.model import OrgUnit


class CodeIndex:
    """Codes -> the units that have them. Raises ConfigError for a blank code, and for a code that
    two units have on one day."""

    def __init__(self, coded: Iterable[tuple[OrgUnit, Iterable[str]]]) -> None:
        bearers: dict[str, dict[str, OrgUnit]] = defaultdict(dict)
        for unit, codes in coded:
            for text in sorted({text for code in codes for text in _spellings(code, unit)}):
                bearers[text][unit.id] = unit
        self._bearers = {text: tuple(units.values()) for text, units in bearers.items()}
        for text, units in self._bearers.items():
            _refuse_shared(text, sorted(units, key=_first_day))

    def find(self, code: str, on: date) -> OrgUnit | None:
        """The unit in force on the day, else the only unit that ever had the code, else None."""
        bearers = self._bearers.get(canonical_code(code), ())
        in_force = [unit for unit in bearers if unit.in_force(on)]
        found = in_force or bearers
        return found[0] if len(found) == 1 else None


def _spellings(code: str, unit: OrgUnit) -> set[str]:
    """All spellings of the code, so that a look-up needs no parsing."""
    if not (spellings := spellings_of(code)):
        raise ConfigError(
            f"unit {unit.id!r} has a blank code; leave it out", key=unit.origin or None
        )
    return spellings


def spellings_of(code: str) -> set[str]:
    """A code in both orders; none for a blank one."""
    parsed = parse_organisation(code)
    old = parsed.spelled(Order.OLD)
    spellings = {parsed.code, old, parsed.spelled(Order.NEW)}
    if old is not None and len(parsed.levels) > 1:
        # Without the groups of zeros in front.
        spellings.add(".".join(reversed(parsed.levels)))
    return set(filter(None, spellings))


def _refuse_shared(code: str, bearers: list[OrgUnit]) -> None:
    """Raises ConfigError for an overlap; ``bearers`` are in order of their first days."""
    for earlier, later in pairwise(bearers):
        if earlier.in_force(_first_day(later)):
            raise ConfigError(
                f"code {code!r} is that of {earlier.id!r} and of {later.id!r} on one day; "
                "write valid_from and valid_to, or give one of them another code",
                key=later.origin or None,
            )


def _first_day(unit: OrgUnit) -> date:
    return unit.valid_from or date.min
