"""The persons in the population database: the register's citizens, their kin, and test persons.

The index of a citizen determines everything. Some citizens are missing, some have only a year of
birth, and some share an old card number with another person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from khop.sandbox.world.calendar import to_date
from khop.sandbox.world.register import Citizen, Register, fold

Role = Literal["citizen", "double", "father", "mother", "spouse", "child", "test"]

#: The first digits of a number -> role. 100 is the prefix of the test environment.
_PREFIXES: dict[str, Role] = {
    "099": "citizen", "098": "double", "097": "father", "096": "mother", "095": "spouse",
    "094": "child", "100": "test",
}  # fmt: skip
_DIGITS = {role: prefix for prefix, role in _PREFIXES.items()}
_CARDS: dict[str, Role] = {"2": "citizen", "3": "father", "4": "mother"}
_TEST_PERSONS = range(1, 21)
_TEST_NAMES = ("Mẫu", "Thử", "Dụ")
_WOMEN = frozenset({"Thị", "Thu"})
_CARDS_UNTIL = 2000
_FAMILY_UNTIL = 1995
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Person:
    """``number``: 12 digits. ``card``: 9 digits, or "". ``sex``: 1 male, 2 female. ``year_only``:
    the database has only the year of ``birth``."""

    role: Role
    index: int
    number: str
    card: str
    name: str
    sex: int
    birth: date
    year_only: bool

    @property
    def folded(self) -> str:
        """The name as a request must write it (docs/systems/population.md)."""
        return "".join(fold(self.name).upper().split())

    def born(self, text: str) -> bool:
        """Whether ``text`` (yyyy, yyyyMMdd or yyyy-MM-dd) is the birth in the database."""
        digits = text.replace("-", "")
        if len(digits) == 4 or self.year_only:
            return digits[:4] == f"{self.birth:%Y}"
        return digits == f"{self.birth:%Y%m%d}"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a household. ``relation``: the code of the relation to its head, or ""."""

    person: Person
    relation: str


class People:
    """Finds persons."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def find(self, number: str, card: str) -> list[Person]:
        """The persons with this number and card; either may be "" for unknown."""
        if number:
            person = self.by_number(number)
            fits = person is not None and card in ("", person.card)
            return [person] if person is not None and fits else []
        return self._by_card(card)

    def by_number(self, number: str) -> Person | None:
        role = _PREFIXES.get(number[:3])
        if role is None or len(number) != 12 or not (number.isascii() and number.isdigit()):
            return None
        return self._person(role, int(number[3:]))

    def citizen(self, index: int) -> Person | None:
        """The citizen of the register with this index, or None if the database has no entry."""
        return self._person("citizen", index)

    def kin(self, person: Person) -> dict[str, Person | None]:
        """Father, mother and spouse, by their names in the message."""
        if person.role not in ("citizen", "double"):
            return {"Cha": None, "Me": None, "VoChong": None}
        return {
            "Cha": self._person("father", person.index),
            "Me": self._person("mother", person.index),
            "VoChong": self._person("spouse", person.index),
        }

    def household(self, person: Person) -> list[Member]:
        """The household of a person, its head first."""
        at_home = person.index % 4 == 1
        roles: tuple[tuple[Role, str], ...] = (
            ("citizen", "CH01"), ("spouse", "VC"), ("child", "CON"),
        )  # fmt: skip
        if at_home:
            roles = (("father", "CH01"), ("mother", "VC"), ("citizen", "CON"))
        found = [(self._person(role, person.index), relation) for role, relation in roles]
        members = [Member(each, relation) for each, relation in found if each is not None]
        if person not in [member.person for member in members]:
            return [Member(person, "CH01")]
        if not any(member.relation == "CH01" for member in members):
            members[0] = Member(members[0].person, "CH01")
        if len(members) > 2 and person.index % 5 == 0:
            members[-1] = Member(members[-1].person, "")
        return members

    def _by_card(self, card: str) -> list[Person]:
        role = _CARDS.get(card[:1])
        if role is None or len(card) != 9 or not (card.isascii() and card.isdigit()):
            return []
        roles: tuple[Role, ...] = ("citizen", "double") if role == "citizen" else (role,)
        found = [self._person(each, int(card[1:])) for each in roles]
        return [person for person in found if person is not None and person.card == card]

    def _person(self, role: Role, index: int) -> Person | None:
        if role == "test":
            return _test_person(index)
        if index >= self._register.people or index % 17 == 5:
            return None
        other = self._register.citizen((index * 31 + 7) % self._register.people)
        return _in_role(role, self._register.citizen(index), other)


def _in_role(role: Role, citizen: Citizen, other: Citizen) -> Person | None:
    """The person in this role to a citizen, or None; parts of the name are from ``other``."""
    index, born = citizen.index, to_date(citizen.birthday + 1)
    family, middle, given = citizen.name.split()
    other_family, _, other_given = other.name.split()
    woman = middle in _WOMEN
    married = born.year <= _FAMILY_UNTIL and index % 4 != 1 and index % 3 != 0
    card = f"2{index:08d}" if born.year <= _CARDS_UNTIL else ""
    match role:
        case "citizen":
            return _person(role, index, citizen.name, woman, born, card, index % 13 == 3)
        case "double" if card and index % 29 == 0:
            name = f"{family} {middle} {fold(given).title()}"
            return _person(role, index, name, woman, born, card, index % 13 == 3)
        case "father" if index % 7 != 2:
            name, card = f"{family} Văn {other_given}", f"3{index:08d}"
            return _person(role, index, name, False, born - 29 * _YEAR, card, index % 2 == 0)
        case "mother":
            name, card = f"{other_family} Thị {other_given}", f"4{index:08d}"
            return _person(role, index, name, True, born - 26 * _YEAR, card, index % 2 == 0)
        case "spouse" if married:
            name = f"{other_family} {'Hữu' if woman else 'Thị'} {other_given}"
            return _person(role, index, name, not woman, born + _YEAR, "", False)
        case "child" if married and index % 5 < 4:
            return _person(role, index, f"{family} Minh {given}", False, born + 26 * _YEAR, "")
    return None


def _test_person(index: int) -> Person | None:
    if index not in _TEST_PERSONS:
        return None
    born = date(1990, 1, 1) + index * timedelta(days=97)
    return _person("test", index, f"Vi Văn {_TEST_NAMES[index % len(_TEST_NAMES)]}", False, born)


def _person(
    role: Role, index: int, name: str, woman: bool, birth: date, card: str = "",
    year_only: bool = False,
) -> Person:  # fmt: skip
    number = f"{_DIGITS[role]}{index:09d}"
    return Person(role, index, number, card, name, 2 if woman else 1, birth, year_only)
