"""Codes of organisations in either order: reading and comparing them.

The old order (QCVN 102:2016) has the level-1 code last, ``000.17.22.H56``; the new one (QĐ
20/2020/QĐ-TTg) first, ``H56.22.17``. Both are in use side by side (docs/domain.md, Codes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from khop.mappings.codes.grammar import CodeGrammar, CodeShape, Order, packaged_grammar, readings
from khop.mappings.codes.level_one import packaged_level_one
from khop.mappings.codes.spelling import canonical_code

# The fillings of the old order for unused levels 2, 3 and 4.
_UNUSED = ("00", "00", "000")


@dataclass(frozen=True, slots=True)
class OrganisationCode:
    """The levels of an organisation's code.

    ``raw``: as it was written; ``code``: its canonical text. ``grammar`` is the id of its shape,
    ``order`` where the level-1 code is; both are None for an unknown shape and for a text that
    fits both orders. ``levels``: level 1 first, down to the last one used; empty when the shape
    is unknown.
    """

    code: str
    raw: str = field(compare=False)
    grammar: str | None = None
    order: Order | None = None
    levels: tuple[str, ...] = ()

    @property
    def level_one(self) -> str | None:
        """The code of the ministry or province; None for an unknown shape."""
        return self.levels[0] if self.levels else None

    @property
    def unknown_shape(self) -> bool:
        """Whether no level is known; the code can still be compared as text."""
        return self.grammar is None

    def spelled(self, order: Order) -> str | None:
        """The same organisation in that order; None where no spelling reads back as the same.

        The old order has no room for a fifth level, nor for groups of other lengths.
        """
        if not self.levels:
            return None
        unused = _UNUSED[len(self.levels) - 1 :]
        old_order = reversed(self.levels + unused)
        text = ".".join(old_order if order is Order.OLD else self.levels)
        again = parse_organisation(text)
        return text if (again.order, again.levels) == (order, self.levels) else None


def parse_organisation(text: str, grammar: CodeGrammar | None = None) -> OrganisationCode:
    """The levels of an organisation code in any spelling. An unknown shape is kept as it is.

    A text that fits both orders is read in the order whose level-1 code exists. When that does
    not decide, its shape counts as unknown. Raises RecordError when ``text`` is not text.
    """
    code = canonical_code(text)
    found = list(readings((grammar or packaged_grammar()).organisation, code))
    if len({shape.order for shape, _ in found}) > 1:
        known = packaged_level_one()
        found = [(shape, parts) for shape, parts in found if known.rows(parts["level1"])]
    if len({shape.order for shape, _ in found}) != 1:
        return OrganisationCode(code, text)
    shape, parts = found[0]
    return OrganisationCode(code, text, shape.id, shape.order, _levels(shape, parts))


def normal_organisation(text: str) -> str:
    """The code in the new order where there is one, else its canonical text. Idempotent."""
    parsed = parse_organisation(text)
    return parsed.spelled(Order.NEW) or parsed.code


def same_organisation(one: str, other: str) -> bool:
    """Whether two codes, in any order, mean one organisation. A blank code equals none."""
    return normal_organisation(one) == normal_organisation(other) != ""


def _levels(shape: CodeShape, parts: Mapping[str, str]) -> tuple[str, ...]:
    named = [parts[name] for name in ("level1", "level2", "level3", "level4") if name in parts]
    levels = named + [group for group in parts.get("below", "").split(".") if group]
    # In the old order, leading zeros fill unused levels; zeros elsewhere are a level.
    while shape.order is Order.OLD and len(levels) > 1 and not levels[-1].strip("0"):
        levels.pop()
    return tuple(levels)
