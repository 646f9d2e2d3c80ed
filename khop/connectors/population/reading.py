"""Answers about persons, read by namespace and local name (docs/systems/population.md).

zeep drops what it does not expect: split names where text was declared, and everything after an
element out of order. This reader reports each element that it cannot read in ``fields_lost``: an
unknown one, a repeated one, and one of another form.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, get_args

from lxml import etree

from khop.connectors.answer_remarks import Remarks
from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Unusable
from khop.connectors.http.xml import local_name, namespace
from khop.connectors.population.contract import PERSONS_NAMESPACE, SERVICE_NAMESPACE
from khop.connectors.population.shape import Operation
from khop.connectors.population.wire import Person, PersonAnswer, Wire
from khop.text.masking import short_text

#: Known namespaces of answers: of the message standard, of the service, of its contractor.
ANSWER_NAMESPACES = (PERSONS_NAMESPACE, SERVICE_NAMESPACE, "http://gtel.vn/qldc")
_COLLECTION, _PERSON = "CongdanCollection", "CongDan"
_VERDICTS = ("KetQuaXacThuc", "KetQuaXacThucResponse")
_RESPONSES = frozenset(f"{operation}Response" for operation in Operation)
_BOOLEAN = {"true": True, "1": True, "false": False, "0": False}
_ATTRIBUTES = {
    "SoCongDan": "count", "GhiChu": "note", "ThoiDiemDuLieu": "as_of", "id": "answer_id",
}  # fmt: skip
#: Longest texts accepted, in characters: a longer one is damaged data.
_LONGEST = 4_000
_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True, slots=True)
class _Field:
    """``group``: the elements of a group by full tag; None for an element that is only text.
    ``text``: whether the element may be text."""

    name: str
    group: Mapping[str, _Field] | None
    text: bool


class AnswerReader:
    """Reads answers in any of ``namespaces`` or in none, with any prefix, names in any case. Safe
    for threads. ``words``: the notes of an empty answer that mean that nobody was found."""

    def __init__(
        self,
        namespaces: Collection[str] = ANSWER_NAMESPACES,
        words: AnswerWords | None = None,
    ) -> None:
        self._fields = {uri: _fields_of(Person, uri) for uri in ("", *namespaces)}
        self._namespaces = frozenset(("", *namespaces))
        self._words = words or AnswerWords()

    def verdict(self, body: Sequence[etree._Element]) -> bool:
        """Whether the data belong together. Raises ValueError for an answer without a verdict,
        which means neither yes nor no."""
        root = self._root(body, _VERDICTS)
        if root is None:
            raise Unusable(f"an answer without KetQuaXacThuc{_instead(body)}")
        texts = [_text(found) for found in root.iter() if self._is(found, "TonTai", root)]
        verdicts = {_BOOLEAN.get((text or "").casefold()) for text in texts}
        if len(verdicts) != 1 or (verdict := verdicts.pop()) is None:
            raise Unusable("an answer in which TonTai is missing, unclear or not a boolean")
        return verdict

    def persons(self, body: Sequence[etree._Element]) -> PersonAnswer:
        """The persons of a collection. An empty collection, an empty Body and an empty response
        of the operation all mean "not found".

        Raises ValueError for another answer, and for an empty one whose note says something else.
        """
        root = self._root(body, (_COLLECTION,))
        if root is not None:
            found = self._collection(root)
            if not found.persons and not self._says_nobody(body, found.note or ""):
                raise Unusable("an empty answer whose note does not say that nobody was found")
            return found
        if not all(_is_empty_response(element) for element in body):
            raise Unusable(f"an answer without {_COLLECTION}{_instead(body)}")
        return PersonAnswer(())

    def _says_nobody(self, body: Sequence[etree._Element], note: str) -> bool:
        """Whether the note and all texts beside the collection say no more than that."""
        texts = [{local_name(each): _text(each)} for outer in body for each in outer.iter("{*}*")]
        remarks = Remarks(self._words.mean_answered)
        return self._words.mean_answered(note) and not remarks.disagree(texts)

    def _root(self, body: Sequence[etree._Element], names: Sequence[str]) -> etree._Element | None:
        """The element with one of ``names``, also inside the element that an ESB added."""
        known = [name.casefold() for name in names]
        for outer in body:
            for element in outer.iter():
                if local_name(element).casefold() not in known:
                    continue
                if namespace(element) in self._namespaces:
                    return element
                raise Unusable(
                    f"{local_name(element)} in an unknown namespace; add it to answer_namespaces"
                )
        return None

    def _is(self, element: etree._Element, name: str, root: etree._Element) -> bool:
        same = local_name(element).casefold() == name.casefold()
        return same and namespace(element) in ("", namespace(root))

    def _collection(self, root: etree._Element) -> PersonAnswer:
        fields = self._fields[namespace(root)]
        persons: list[Person] = []
        lost: list[str] = []
        for child in root:
            if not self._is(child, _PERSON, root):
                lost.append(_shown(local_name(child)))
            elif (person := _person(child, fields)) is None:
                lost.append(_PERSON)
            else:
                persons.append(person)
        known, unknown = _attributes(root.attrib)
        lost += unknown
        if not _agrees(known.get("count"), len(persons)):
            lost.append("SoCongDan")
        return PersonAnswer(tuple(persons), **known, fields_lost=tuple(lost))


def _person(element: etree._Element, fields: Mapping[str, _Field]) -> Person | None:
    lost: list[str] = []
    found = _group(element, fields, "", lost)
    if not found and not lost:
        return None
    return Person.model_validate({**found, "fields_lost": tuple(lost)})


def _group(
    element: etree._Element, fields: Mapping[str, _Field], path: str, lost: list[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        field = fields.get(_tag(child))
        if field is None:
            lost.append(path + _shown(local_name(child)))
            continue
        value = _value(child, field, path, lost)
        if value is None:
            continue
        if field.name in found:
            lost.append(path + field.name)
        else:
            found[field.name] = value
    return found


def _value(element: etree._Element, field: _Field, path: str, lost: list[str]) -> Any:
    """A text, a group as dict, or None for an element that is blank or does not fit."""
    text = element.text
    if text is not None:
        text = text.strip() or None
    if len(element) == 0:
        if text is None or (field.text and len(text) <= _LONGEST):
            return text
    elif field.group is not None:
        if text is not None:
            lost.append(path + field.name)
        return _group(element, field.group, f"{path}{field.name}.", lost) or None
    lost.append(path + field.name)
    return None


def _is_empty_response(element: etree._Element) -> bool:
    """Whether this is an operation's response without content. An element of another name, or
    with attributes, may report an error."""
    named = local_name(element) in _RESPONSES
    bare = all(name.startswith(_SCHEMA_INSTANCE) for name in element.attrib)
    return named and bare and len(element) == 0 and _text(element) is None


def _text(element: etree._Element) -> str | None:
    text = element.text
    return (text.strip() or None) if text else None


def _attributes(given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    known: dict[str, str] = {}
    lost: list[str] = []
    for name, value in given.items():
        if name in _ATTRIBUTES:
            if value.strip():
                known[_ATTRIBUTES[name]] = value.strip()
        elif not name.startswith(_SCHEMA_INSTANCE):
            lost.append(f"@{_shown(name)}")
    return known, lost


def _agrees(count: str | None, persons: int) -> bool:
    return count is None or (count.isascii() and count.isdigit() and int(count[:9]) == persons)


def _instead(body: Sequence[etree._Element]) -> str:
    names = [_shown(local_name(element)) for element in body]
    return f", {names[0]} in its place" if names else ""


def _shown(name: str) -> str:
    return short_text(name)[:60]


def _tag(element: etree._Element) -> str:
    """The namespace as written, and the name in small letters."""
    uri = namespace(element)
    name = local_name(element).casefold()
    return f"{{{uri}}}{name}" if uri else name


def _fields_of(model: type[Wire], uri: str) -> dict[str, _Field]:
    """The elements of a group by full tag: in the answer's namespace, or in none."""
    found: dict[str, _Field] = {}
    for name, text, group in _shapes(model):
        field = _Field(name, _fields_of(group, uri) if group else None, text)
        folded = name.casefold()
        found[folded] = found[f"{{{uri}}}{folded}"] = field
    return found


def _shapes(model: type[Wire]) -> Iterator[tuple[str, bool, type[Wire] | None]]:
    for name, info in model.model_fields.items():
        annotation = info.annotation
        if not isinstance(annotation, UnionType):
            continue  # ``fields_lost``, which the reader adds
        options = get_args(annotation)
        groups = [o for o in options if isinstance(o, type) and issubclass(o, Wire)]
        yield name, str in options, groups[0] if groups else None
