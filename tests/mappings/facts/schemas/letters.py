"""Schemas of syllables and of older encodings."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from tests.mappings.facts.schemas.values import Facts, Sourced, Texts, Unlike, unlike

Part = Annotated[str, StringConstraints(pattern=r"^[a-zăâđêôơư]*$")]
Letter = Annotated[str, StringConstraints(min_length=1, max_length=1)]


class Syllables(Sourced):
    beginnings: Annotated[list[Part], Field(min_length=1), Unlike]
    rimes: Annotated[list[Part], Field(min_length=1), Unlike]
    stopped: Texts


class LookAlikes(Sourced):
    letters: dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z]$")], str]

    @model_validator(mode="after")
    def _a_sign_looks_like_one_letter(self) -> Self:
        signs = "".join(self.letters.values())
        unlike(signs)
        assert not any(map(str.isascii, signs))
        return self


class OneByteEach(Facts):
    letters: str
    bytes: Annotated[str, StringConstraints(pattern=r"^([0-9A-F]{2})+$")]

    @model_validator(mode="after")
    def _every_letter_has_its_byte(self) -> Self:
        codes = bytes.fromhex(self.bytes)
        assert len(codes) == len(self.letters), "letters and bytes differ in number"
        unlike(codes)
        unlike(self.letters)
        assert unicodedata.is_normalized("NFC", self.letters)
        return self


class Pairs(Facts):
    singles: dict[Letter, Letter]
    tones: Annotated[str, StringConstraints(min_length=5, max_length=5)]
    toned: str
    circumflex: dict[Letter, Annotated[str, StringConstraints(min_length=6, max_length=6)]]
    breve: dict[Letter, Annotated[str, StringConstraints(min_length=6, max_length=6)]]


class OlderEncodings(Sourced):
    telling: Texts
    single: dict[str, OneByteEach]
    pairs: dict[str, Pairs]
