"""``[repair]`` of khop.toml: what a machine may change on the portal, how much, and when."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from khop.config.own_tables import TableModel

_HOURS = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)
_DAY_MINUTES = 24 * 60


class RepairPolicy(TableModel):
    """A row of ``[[repair.policy]]``: what khop repairs without being asked."""

    name: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$",
            description="Name of the policy: small letters, digits, hyphens.",
        ),
    ]
    rules: Annotated[
        tuple[str, ...],
        Field(min_length=1, description="Rules whose findings are repaired, such as ['A7', 'B6']."),
    ]
    max_per_run: Annotated[
        int, Field(ge=1, description="Dossiers pushed in one run at most; 50 when left out.")
    ] = 50
    max_per_day: Annotated[
        int, Field(ge=1, description="Dossiers pushed in 24 hours at most; 200 when left out.")
    ] = 200
    hours: Annotated[
        str,
        Field(
            description="Local time in which it may push, 07:00-17:00 when left out; "
            "00:00-24:00 is always."
        ),
    ] = "07:00-17:00"
    working_days: Annotated[
        bool, Field(description="Only on working days of the calendar; true when left out.")
    ] = True

    @field_validator("hours")
    @classmethod
    def _readable(cls, hours: str) -> str:
        start, end = _minutes(hours)
        if not start < end <= _DAY_MINUTES:
            raise ValueError("the end must be later than the beginning, on the same day")
        return hours

    @property
    def minutes(self) -> tuple[int, int]:
        """The first minute of the local day in which it may push, and the first after them."""
        return _minutes(self.hours)


def _minutes(hours: str) -> tuple[int, int]:
    found = _HOURS.fullmatch(hours)
    if found is None:
        raise ValueError("write the hours as 07:00-17:00")
    first, first_minute, last, last_minute = map(int, found.groups())
    return first * 60 + first_minute, last * 60 + last_minute


class RepairSettings(TableModel):
    """``[repair]``: what a machine may change, and how much at once."""

    max_changes: Annotated[
        int,
        Field(
            ge=1,
            description="A plan that changes more dossiers, with those pushed in the last 24 "
            "hours, stops and asks.",
        ),
    ] = 1000
    max_share: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="A plan that changes a greater share of the cases stops and asks.",
        ),
    ] = 0.05
    policy: Annotated[
        tuple[RepairPolicy, ...],
        Field(
            description="What `khop repair run` repairs without being asked; nothing when left out."
        ),
    ] = ()

    @model_validator(mode="after")
    def _apart(self) -> RepairSettings:
        names: set[str] = set()
        owners: dict[str, str] = {}
        for policy in self.policy:
            if policy.name in names:
                raise ValueError(f"two policies have the name {policy.name}")
            names.add(policy.name)
            for rule in policy.rules:
                other = owners.setdefault(rule.upper(), policy.name)
                if other != policy.name:
                    raise ValueError(
                        f"the rule {rule} is in the policies {other} and {policy.name}; "
                        "leave it in one"
                    )
        return self
