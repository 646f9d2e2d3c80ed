"""Questions about persons, and clients that ask them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from khop.connectors.population import (
    DeploymentShape,
    Operation,
    OperationShape,
    PopulationClient,
    Question,
)

Client = PopulationClient[Any]


ClientOf = Callable[..., Client]


Spent = list[tuple[str, object]]


URL, TOKEN_URL = "https://trucdulieu.example.vn/csdldc", "https://trucdulieu.example.vn/token"


PERSON = ("SoDinhDanh", "SoCMND", "HoVaTen", "NgayThangNamSinh")


AUTHENTICATE = OperationShape(
    Operation.AUTHENTICATE,
    "033",
    ("MaYeuCau", "MaDVC", "MaTichHop", "MaCanBo", *PERSON),
    "http://dancuquocgia.bca",
    "dan",
)


SHAPE = DeploymentShape(
    {
        Operation.AUTHENTICATE: AUTHENTICATE,
        Operation.LOOK_UP: replace(
            AUTHENTICATE, operation=Operation.LOOK_UP, code="037", path="/tracuu"
        ),
        Operation.HOUSEHOLD: replace(AUTHENTICATE, operation=Operation.HOUSEHOLD, code=""),
    }
)


LAN = Question("TRANTHIMAILAN", "001185012345", birth=date(1985, 2, 17))


SECRET = "not-a-real-secret"


NOW = datetime(2026, 3, 18, 2, 15, 30, 123_000, tzinfo=UTC)


GATE = {"004": "this procedure is not allowed"}


@dataclass
class Asked:
    procedure: str = "1.001193"
    officer: str = "motcua.demo"


@dataclass
class FaultTexts:
    """All texts and attributes of a fault and of its causes."""

    fault: BaseException

    def __str__(self) -> str:
        chain = [self.fault, self.fault.__cause__, self.fault.__context__]
        return " ".join(f"{e!s} {e!r} {vars(e)}" for e in chain if e is not None)
