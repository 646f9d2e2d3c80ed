"""What each connected system is written to, asked and read by."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from tests.mappings.schemas.values import (
    Code,
    Digits,
    Facts,
    Numbers,
    Sourced,
    State,
    StateCode,
    Text,
    Texts,
    ThreeDigits,
    Unlike,
    WireName,
)


class Money(Facts):
    units: Annotated[list[Annotated[str, StringConstraints(to_lower=True)]], Unlike]


class PublicState(Facts):
    public: Digits


class PortalCatalogue(Sourced):
    money: Money
    state: PublicState
    dictionaries: dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")],
        Annotated[str, StringConstraints(pattern=r"^LayDanhMuc[A-Z][A-Za-z]+$")],
    ]


class Limit(Facts):
    longest: Annotated[int, Field(gt=0)]
    kept: Annotated[int, Field(gt=0)]

    @model_validator(mode="after")
    def _the_dots_fit(self) -> Self:
        assert self.kept + len("...") <= self.longest, "what is kept and its dots are too long"
        return self


class IdentityKinds(Sourced):
    of_12: Digits = Field(alias="12")
    of_9: Digits = Field(alias="9")


class FieldCodes(Sourced):
    TrangThaiHoSo: Annotated[list[StateCode], Field(min_length=10), Unlike]
    KenhThucHien: Annotated[list[Digits], Field(min_length=3), Unlike]
    LoaiDoiTuong: Texts
    HinhThuc: Texts
    DuocThanhToanTrucTuyen: Texts


class InternalHosts(Sourced):
    host_endings: Annotated[list[Annotated[str, StringConstraints(pattern=r"^\.[a-z]+$")]], Unlike]


class PortalRecord(Sourced):
    limits: dict[WireName, Limit]
    constants: dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+$")], Text | int]
    identity: IdentityKinds
    codes: FieldCodes
    returned_status: dict[str, Text]
    internal: InternalHosts

    @model_validator(mode="after")
    def _only_states_are_given_back(self) -> Self:
        states = {key for key in self.returned_status if key != "source"}
        assert states <= set(self.codes.TrangThaiHoSo), "gives back a state there is not"
        assert "source" in self.returned_status
        return self


class MinistryStatus(Facts):
    with_lists: Annotated[list[State], Unlike]


class Ministry(Sourced):
    applicant: dict[Annotated[str, StringConstraints(pattern=r"^[1-4]$")], int]
    status: MinistryStatus
    constants: dict[WireName, Text | int]


class Pushes(Sourced):
    before_result: Numbers
    results: Numbers

    @model_validator(mode="after")
    def _no_state_waits_for_itself(self) -> Self:
        assert not set(self.before_result) & set(self.results)
        return self


class Search(Sourced):
    date_format: Literal["%d/%m/%Y"]
    windows: dict[Text, Annotated[list[Text], Field(min_length=2, max_length=2), Unlike]]


class PopulationCodes(Sourced):
    codes: dict[Code, Text]


class Population(Sourced):
    sex: PopulationCodes
    marital: PopulationCodes
    religion: PopulationCodes
    blood: PopulationCodes
    household: PopulationCodes
    ethnic: PopulationCodes


class Gate(Sourced):
    codes: dict[ThreeDigits, Text]


class Description(Facts):
    joint: str
    code: Text
    procedure: Text
    paper: Text
    service: Text
    identity: Text

    @model_validator(mode="after")
    def _every_part_holds_its_value(self) -> Self:
        parts = self.model_dump(exclude={"joint"})
        assert all(text.count("{value}") == 1 for text in parts.values())
        assert [name for name, text in parts.items() if "{number}" in text] == ["paper"]
        return self


class PostService(Facts):
    collect: Text
    return_: Text = Field(alias="return")


class OrderNumber(Sourced):
    cut_from: Text


class Joint(Sourced):
    joint: str


class Places(Sourced):
    kinds: Texts
    country: Texts


class PostOrder(Sourced):
    description: Description
    service: PostService
    number: OrderNumber
    document: Joint
    places: Places


class PostCodes(Sourced):
    delivered: Numbers
    handed: Numbers

    @model_validator(mode="after")
    def _a_code_says_one_thing(self) -> Self:
        assert not set(self.delivered) & set(self.handed), "is handed and delivered"
        return self


class PostStatus(Sourced):
    ngsp: PostCodes
    myvnpost: PostCodes
    parcel: PostCodes
    third: PostCodes
