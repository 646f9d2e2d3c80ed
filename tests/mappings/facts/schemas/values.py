"""Types of values in packaged tables. A model names every key; no value is converted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from khop.text.cleaning import fold_label

Text = Annotated[str, StringConstraints(min_length=1, pattern=r"^\S(.*\S)?$")]
Source = Annotated[str, StringConstraints(min_length=8, pattern=r"^\S.*\S$")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]+$")]
ThreeDigits = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
#: A day in packaged tables; the oldest rule is of 2016.
Day = Annotated[date, Field(ge=date(2016, 1, 1), lt=date(2100, 1, 1))]
State = Annotated[int, Field(ge=1, le=10)]
StateCode = Annotated[str, StringConstraints(pattern=r"^([1-9]|10)$")]
ChannelNumber = Annotated[int, Field(ge=1, le=3)]


def unlike(values: Sequence[Any]) -> Sequence[Any]:
    assert len(set(values)) == len(values), "holds one value twice"
    return values


def portable(pattern: str) -> str:
    re.compile(pattern)
    assert pattern.startswith("^"), "does not begin with ^"
    assert pattern.endswith("$"), "does not end with $"
    assert not re.search(r"\(\?[^:]|\\[a-zA-Z0-9]", pattern), "RE2 or PostgreSQL reads it otherwise"
    return pattern


def folded(text: str) -> str:
    assert text == fold_label(text), "is not written as it is compared"
    return text


def fold_apart(labels: Mapping[str, Any]) -> Mapping[str, Any]:
    assert len({fold_label(label) for label in labels}) == len(labels), "holds one label twice"
    return labels


Pattern = Annotated[str, AfterValidator(portable)]
Unlike = AfterValidator(unlike)
Texts = Annotated[list[Text], Field(min_length=1), Unlike]
Folded = Annotated[str, AfterValidator(folded)]
#: The name of a row, by which code finds it.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Numbers = Annotated[list[Annotated[int, Field(ge=1)]], Unlike]


class Facts(BaseModel):
    """A table of facts: no unknown keys, and no value read as another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Sourced(Facts):
    source: Source


class Dated(Sourced):
    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _is_dated_forwards(self) -> Self:
        return forwards(self)


R = TypeVar("R", bound=BaseModel)


def forwards(row: R) -> R:
    first, last = (getattr(row, name) for name in ("valid_from", "valid_to"))
    assert not first or not last or first <= last, "ends before it begins"
    return row


class NamedDay(Sourced):
    date: Day
