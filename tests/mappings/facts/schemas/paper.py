"""Schema of the words of logbooks and registers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from khop.mappings.paper.meanings import READ_COLUMNS
from khop.mappings.paper.words import folded
from tests.mappings.facts.schemas.values import Facts, Sourced, Text, Texts, unlike

Column = Annotated[str, Field(pattern=r"^[a-z_]+$")]


class Plain(Facts):
    date: Texts
    person: Texts
    short_reception: Texts
    short_return: Texts


class Words(Facts):
    totals: Texts
    long_totals: Texts
    signatures: Texts
    on_behalf: Texts
    remarks: Texts
    long_remarks: Texts
    numbered_remarks: Texts
    blanks: Texts
    unit: Texts
    unit_code: Texts
    report_units: Texts
    report_sections: Texts
    measures: Texts
    sections: Texts
    numbered_sections: Texts
    others: Texts
    neutral: Texts
    all_documents: Texts
    results_alone: Texts
    result_symbols: Texts
    result_words: Texts
    other_documents: Texts

    @model_validator(mode="after")
    def _a_line_is_one_thing(self) -> Self:
        sections = (*self.sections, *self.numbered_sections)
        lines = (*self.totals, *self.signatures, *self.remarks, *sections)
        unlike([folded(word) for word in lines])
        unlike([folded(word) for word in (*self.unit, *self.unit_code)])
        return self


class Shorthand(Sourced):
    dittos: Texts
    titles: Texts
    references: Texts
    notes: dict[Column, Texts]


class Kind(Facts):
    evidence: Annotated[list[Column], Field(min_length=1)]
    subject: Annotated[list[Column], Field(min_length=1)]
    headers: dict[Column, Texts]

    @model_validator(mode="after")
    def _a_header_means_one_column(self) -> Self:
        unlike([folded(word) for words in self.headers.values() for word in words])
        assert set(self.evidence) | set(self.subject) <= READ_COLUMNS
        return self


class Forms(Facts):
    """What the forms of slips are called."""

    form_02: Annotated[Texts, Field(alias="02")]
    form_03: Annotated[Texts, Field(alias="03")]
    form_05: Annotated[Texts, Field(alias="05")]
    notice: Texts
    other: Texts


class Slips(Kind):
    forms: Forms


class Outcomes(Facts):
    """What became of feedback."""

    valid: Texts
    returned: Texts
    other_authority: Texts


class Feedback(Kind):
    outcomes: Outcomes


class Scores(Facts):
    """What ratings are called."""

    very_satisfied: Texts
    satisfied: Texts
    unsatisfied: Texts


class Ratings(Kind):
    scores: Scores


class PaperHeaders(Sourced):
    short: dict[Text, Text]
    plain: Plain
    words: Words
    common: dict[Column, Texts]
    logbook: Kind
    register_: Annotated[Kind, Field(alias="register")]
    apology: Kind
    slips: Slips
    report: Kind
    counts: Kind
    feedback: Feedback
    ratings: Ratings
    ministry: Kind
    portal: Kind

    @model_validator(mode="after")
    def _what_is_needed_has_headers(self) -> Self:
        unlike([folded(word) for words in self.common.values() for word in words])
        for kind in (
            self.logbook,
            self.register_,
            self.apology,
            self.slips,
            self.report,
            self.portal,
        ):
            for column in (*kind.evidence, *kind.subject):
                assert column in kind.headers or column in self.common, column
        return self


class TemplateColumn(Facts):
    column: Column
    header: Annotated[list[Text], Field(min_length=1, max_length=3)]
    kind: Literal["code", "text", "day", "number", "list"]
    choices: Texts = Field(default_factory=list)
    example: str | int | date
    help: Annotated[str, Field(min_length=1, max_length=255)]

    @model_validator(mode="after")
    def _its_example_is_of_its_kind(self) -> Self:
        kinds = {"day": date, "number": int}
        assert self.example == "" or isinstance(self.example, kinds.get(self.kind, str))
        assert bool(self.choices) == (self.kind == "list")
        assert self.kind != "list" or self.example in self.choices
        return self


class Template(Facts):
    sheet: Annotated[str, Field(min_length=1, max_length=31)]
    title: Text
    head: Texts = Field(default_factory=list)
    columns: Annotated[list[TemplateColumn], Field(min_length=1)]


class PaperTemplates(Sourced):
    example: Text
    logbook: Template
    register_: Annotated[Template, Field(alias="register")]
    apology: Template
    slips: Template
    report: Template
    counts: Template
    feedback: Template
    ratings: Template
    ministry: Template
    portal: Template
