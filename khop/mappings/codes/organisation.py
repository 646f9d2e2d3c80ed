"""Codes of organisations, in either order: what they say, and how they are compared.

The old order (QCVN 102:2016) has the level-1 code last, ``000.17.22.H56``; the new one (QĐ
20/2020/QĐ-TTg) first, ``H56.22.17``. Both are in use side by side (docs/domain.md, Codes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from khop.mappings.codes.grammar import CodeGrammar, CodeShape, Order, packaged_grammar, readings
from khop.mappings.codes.level_one import packaged_level_one
from khop.mappings.codes.spelling import canonical_code

# How the old order fills the levels 2, 3 and 4 that are not used.
_UNUSED = ("00", "00", "000")


@dataclass(frozen=True, slots=True)
class OrganisationCode:
    """What an organisation's code says.

    ``raw``: as it was written; ``code``: its canonical text. ``grammar`` is the id of its shape
    and ``order`` where that has the level-1 code; both None for an unknown shape and for a text
    that both orders can read. ``levels``: level 1 first, down to the last one used; empty when
    the shape is unknown.
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
        """Whether the code says nothing; it may still be compared as text."""
        return self.grammar is None

    def spelled(self, order: Order) -> str | None:
        """The same organisation in that order; None where it has no spelling that reads back.

        The old order has no room for a fifth level and for groups of other lengths.
        """
        if not self.levels:
            return None
        unused = _UNUSED[len(self.levels) - 1 :]
        old_order = reversed(self.levels + unused)
        text = ".".join(old_order if order is Order.OLD else self.levels)
        again = parse_organisation(text)
        return text if (again.order, again.levels) == (order, self.levels) else None


def parse_organisation(text: str, grammar: CodeGrammar | None = None) -> OrganisationCode:
    """Read an organisation code; any spelling of it. An unknown shape is kept as it is.

    A text that both orders can read is taken in the order whose level-1 code exists; when that
    does not tell, its shape counts as unknown. Raises RecordError for what is no text.
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
    """The code in the new order where it has one, else its canonical text. Idempotent."""
    parsed = parse_organisation(text)
    return parsed.spelled(Order.NEW) or parsed.code


def same_organisation(one: str, other: str) -> bool:
    """Whether two codes, in any order, name one place in one tree. Blank is never the same."""
    return normal_organisation(one) == normal_organisation(other) != ""


def _levels(shape: CodeShape, parts: Mapping[str, str]) -> tuple[str, ...]:
    named = [parts[name] for name in ("level1", "level2", "level3", "level4") if name in parts]
    levels = named + [group for group in parts.get("below", "").split(".") if group]
    # Only what the old order leads with is filling; zeros elsewhere hold a level's place.
    while shape.order is Order.OLD and len(levels) > 1 and not levels[-1].strip("0"):
        levels.pop()
    return tuple(levels)
