"""Schemas of the tables of each connected system."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from tests.mappings.facts.schemas.values import (
    Code,
    Digits,
    Facts,
    Folded,
    Name,
    Numbers,
    Sourced,
    State,
    StateCode,
    Text,
    ThreeDigits,
    Unlike,
    folded,
    unlike,
)


class Money(Facts):
    units: Annotated[list[Folded], Field(min_length=1), Unlike]


class PublicState(Facts):
    public: Digits


class PortalCatalogue(Sourced):
    money: Money
    state: PublicState
    dictionaries: Annotated[
        dict[Name, Annotated[str, StringConstraints(pattern=r"^LayDanhMuc[A-Z][A-Za-z]+$")]],
        Field(min_length=1),
    ]

    @model_validator(mode="after")
    def _a_dictionary_has_one_name(self) -> Self:
        unlike([*self.dictionaries.values()])
        return self


class Limit(Facts):
    longest: Annotated[int, Field(gt=0)]
    kept: Annotated[int, Field(gt=0)]

    @model_validator(mode="after")
    def _the_dots_fit(self) -> Self:
        assert self.kept + len("...") <= self.longest, "what is kept and its dots are too long"
        return self


class Limits(Facts):
    TrichYeuHoSo: Limit
    GhiChu: Limit
    TenTepDinhKem: Limit
    TenGiayTo: Limit
    NguoiXuLy: Limit
    NguoiYeuCauBoSung: Limit


class IdentityKinds(Sourced):
    of_12: Digits = Field(alias="12")
    of_9: Digits = Field(alias="9")


DigitList = Annotated[list[Digits], Field(min_length=1), Unlike]


class FieldCodes(Sourced):
    TrangThaiHoSo: Annotated[list[StateCode], Field(min_length=10), Unlike]
    KenhThucHien: Annotated[list[Digits], Field(min_length=3), Unlike]
    LoaiDoiTuong: DigitList
    HinhThuc: DigitList
    DuocThanhToanTrucTuyen: DigitList


class InternalHosts(Sourced):
    host_endings: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^\.[a-z]+$")]], Field(min_length=1), Unlike
    ]


class PortalConstants(Facts):
    NoiNopHoSo: Digits
    TenTepDinhKem: Text
    NguoiXuLy: Text
    DuocSoHoa: Digits
    DuocThanhToanTrucTuyen: Digits
    TaiKhoanDuocXacThucVoiVNeID: Digits


class PortalRecord(Sourced):
    limits: Limits
    constants: PortalConstants
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
    with_lists: Annotated[list[State], Field(min_length=1), Unlike]


class MinistryConstants(Facts):
    NguoiXuLy: Text


class Ministry(Sourced):
    applicant: Annotated[
        dict[
            Annotated[str, StringConstraints(pattern=r"^[1-4]$")], Annotated[int, Field(ge=0, le=2)]
        ],
        Field(min_length=1),
    ]
    status: MinistryStatus
    constants: MinistryConstants

    @model_validator(mode="after")
    def _a_kind_is_of_one_applicant(self) -> Self:
        unlike([*self.applicant.values()])
        return self


class Pushes(Sourced):
    before_result: Annotated[Numbers, Field(min_length=1)]


class Search(Sourced):
    date_format: Literal["%d/%m/%Y"]
    windows: dict[
        Literal["applied", "accepted", "appointment", "returned"],
        Annotated[list[Text], Field(min_length=2, max_length=2)],
    ]

    @model_validator(mode="after")
    def _every_window_has_its_first_and_its_last_day(self) -> Self:
        assert len(self.windows) == 4
        for first, last in self.windows.values():
            assert first.endswith("-from")
            assert last == f"{first.removesuffix('-from')}-to"
        return self


class PopulationCodes(Sourced):
    codes: Annotated[dict[Code, Text], Field(min_length=1)]


class Population(Sourced):
    sex: PopulationCodes
    marital: PopulationCodes
    religion: PopulationCodes
    blood: PopulationCodes
    household: PopulationCodes
    ethnic: PopulationCodes


class Gate(Sourced):
    codes: Annotated[dict[ThreeDigits, Text], Field(min_length=1)]


#: A separator of parts; blanks are significant.
Between = Annotated[str, StringConstraints(min_length=1, max_length=2)]


class Description(Facts):
    joint: Between
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
    joint: Between


FoldedTexts = Annotated[list[Annotated[Text, AfterValidator(folded)]], Field(min_length=1), Unlike]


class Places(Sourced):
    kinds: FoldedTexts
    country: FoldedTexts


class PostOrder(Sourced):
    description: Description
    service: PostService
    number: OrderNumber
    document: Joint
    places: Places


class PostCodes(Sourced):
    delivered: Annotated[Numbers, Field(min_length=1)]
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
