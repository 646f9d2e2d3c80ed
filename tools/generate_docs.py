"""Writes the parts of the documentation that the program itself knows.

``python -m tools.generate_docs`` (``make docs``) fills every block that stands between
``<!-- generated: NAME -->`` and ``<!-- end: NAME -->`` in the pages; ``tests/docs`` holds
that nothing is left to write.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from importlib.metadata import EntryPoint
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo
from typer.main import get_command

from khop.adapters.ports import AdapterType
from khop.adapters.settings import HttpSettings, Secret, SourceSettings
from khop.audit.rules import (
    excuses_in_words,
    graver_in_words,
    numbers_in_words,
    public_basis,
)
from khop.audit.words import report_words, todo_words
from khop.cli.app import make_app
from khop.cli.config_template import row_model, table_examples, toml_value
from khop.cli.language import command_words
from khop.cli.main import localise
from khop.config.adapters import GROUP, AdapterTypes
from khop.config.model import Config, RuleSettings
from khop.sync.reconciling.rule_facts import RuleFacts, rule_facts
from khop.sync.reconciling.rules import RULES
from khop.sync.reconciling.rules.numbers import numbers
from khop.testing import fault_matrix
from khop.text.words import Words
from tests.contract.systems.all_systems import SYSTEMS

ROOT = Path(__file__).parents[1]

#: Width of the help texts, in characters.
_HELP_WIDTH = 88
_BLOCK = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
#: References to specifications that are not published beside these pages.
_UNPUBLISHED = re.compile(r"\s*\((?:docs/)[^)]*\)")
_KINDS = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    AwareDatetime: "time with a zone",
}


def pages() -> list[Path]:
    """Every page of the documentation."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def filled(text: str) -> str:
    """A page with its generated blocks as they should be. Raises KeyError for an unknown one."""
    return _BLOCK.sub(lambda m: f"{m[1]}\n{BLOCKS[m[2]]().strip()}\n\n{m[3]}", text)


def main() -> int:
    """Write every page that is not up to date and say which."""
    for page in pages():
        text = page.read_text("utf-8")
        if filled(text) != text:
            page.write_text(filled(text), "utf-8")
            print(page.relative_to(ROOT))
    return 0


# --- rules ------------------------------------------------------------------------------------


def rules_in_short(lang: str) -> str:
    """One line for each rule: what it says, who acts, who may repair."""
    vi = lang == "vi"
    head = (
        ("Mã", "Sai lệch", "Ý nghĩa", "Mức", "Người xử lý", "Máy sửa được")
        if vi
        else ("Rule", "Discrepancy", "What it means", "Severity", "Who acts", "Machine repairs")
    )
    yes = "có" if vi else "yes"
    return _table(
        head,
        (
            (
                rule.id,
                rule.name_vi if vi else rule.name_en,
                rule.explanation_vi if vi else rule.explanation_en,
                rule.severity.value,
                report_words(lang)(f"acts.{rule.acts}"),
                yes if rule.repairable else "",
            )
            for rule in RULES.values()
        ),
    )


def rules_in_full() -> str:
    """A section for each rule."""
    return "\n\n".join(map(_rule_section, rule_facts(RuleSettings())))


def _rule_section(facts: RuleFacts) -> str:
    words, todo, rule = report_words("en"), todo_words("en"), facts.rule
    severity = (words(f"severity.{rule.severity.value}"), graver_in_words(facts, todo))
    said = {
        "Severity": "; ".join(filter(None, severity)),
        "Who acts": f"{words(f'acts.{rule.acts}')} ({rule.acts})",
        "Repair": "the machine, through `khop apply`" if rule.repairable else "people",
        "What to do": todo(f"todo.{rule.id}"),
        "Basis": public_basis(rule.basis) or "this project's own definition",
        **_measures(facts, todo),
        "A finding shows": "; ".join(_column(words, name) for name in rule.shows),
    }
    lines = [f"### {rule.id}: {rule.name_en}", "", f"*{rule.name_vi}*", ""]
    lines += [rule.explanation_en, "", rule.explanation_vi, ""]
    return "\n".join([*lines, *(f"- {name}: {value}" for name, value in said.items())])


def _measures(facts: RuleFacts, todo: Words) -> dict[str, str]:
    """What the rule measures with, and what excuses what it sees; nothing where that is nothing."""
    names = [f"`{own.number.name}`" for own in facts.numbers]
    numbers = (
        f"{name}: {told}" for name, told in zip(names, numbers_in_words(facts, todo), strict=True)
    )
    grace = "" if facts.grace is None else f"{facts.grace} working day"
    excuses = "; ".join(excuses_in_words(facts, todo))
    said = {"Grace": grace, "Numbers": "; ".join(numbers), "Excused by": excuses}
    return {name: text for name, text in said.items() if text}


def _column(words: Words, name: str) -> str:
    side, _, field = name.partition("_")
    return f"{words(f'side.{side}')} {words(f'field.{field}')}"


def rule_numbers() -> str:
    """The numbers of single rules and what a province may set."""
    head = ("Rule", "Number", "Meaning", "Default", "May be", "Unit")
    return _table(
        head,
        (
            (n.rule, f"`{n.name}`", n.says, str(n.default), f"{n.least} to {n.most}", n.unit)
            for n in numbers().values()
        ),
    )


# --- commands ---------------------------------------------------------------------------------


def commands() -> dict[str, Any]:
    """Every command by what is typed for it, with its English help."""
    top: Any = get_command(make_app())
    localise(top, command_words("en"))
    return dict(_commands_below(top, "khop"))


def _commands_below(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands_below(below, f"{path} {name}")


def commands_page() -> str:
    """The help of every command, as ``--help`` says it, without the frame a terminal draws."""
    parts = []
    for path, command in commands().items():
        command.rich_markup_mode = None
        context = command.context_class(command, info_name=path, terminal_width=_HELP_WIDTH)
        parts.append(f"## {path}\n\n```text\n{command.get_help(context).strip()}\n```")
    return "\n\n".join(parts)


# --- configuration ----------------------------------------------------------------------------


def adapters() -> Mapping[str, AdapterType]:
    """The adapters this project declares, installed or not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = project["entry-points"][GROUP]
    return AdapterTypes({n: frozenset({EntryPoint(n, v, GROUP)}) for n, v in declared.items()})


def configuration_page() -> str:
    """A table of keys for each table of khop.toml."""
    examples = table_examples()
    parts = []
    for name, field in Config.model_fields.items():
        if name in examples:
            parts.append(_example(name, field, examples[name]))
        elif (model := _model_of(field)) is not None and name != "sources":
            parts.append(_section(f"[{name}]", model))
    parts.append(_section("Every source", SourceSettings))
    parts.append(_section("Every source over HTTP", HttpSettings, without=SourceSettings))
    for name, kind in adapters().items():
        model = kind.settings
        shared = HttpSettings if issubclass(model, HttpSettings) else SourceSettings
        more = " These stand beside those of every source"
        more += " over HTTP." if shared is HttpSettings else "."
        roles = " or ".join(f'`role = "{role.value}"`' for role in sorted(kind.roles))
        about = f"With {roles}.{more}"
        parts.append(_section(f'adapter = "{name}"', model, without=shared, about=about))
    return "\n\n".join(parts)


def _section(
    title: str,
    model: type[BaseModel],
    *,
    without: type[BaseModel] | None = None,
    about: str = "",
) -> str:
    rows = list(_keys(model, "", without.model_fields if without else {}))
    head = ("Key", "Value", "Default", "Meaning")
    return "\n\n".join(filter(None, [f"## {title}", about, _table(head, rows)]))


def _example(name: str, field: FieldInfo, example: str) -> str:
    title = f"[[{name}]]" if example.startswith(f"[[{name}]]") else f"[{name}]"
    more = "Its keys: [The tables of the domain](tables.md)."
    return f"## {title}\n\n{field.description} {more}\n\n```toml\n{example}```"


def _keys(
    model: type[BaseModel], before: str, shared: Mapping[str, FieldInfo]
) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        below = _model_of(field)
        if name in shared and field.default == shared[name].default:
            continue  # It is told once for all sources; one of another default is told again.
        if below is not None:
            yield from _keys(below, f"{before}{name}.", {})
            continue
        row = row_model(field)
        value = _value(field) if row is None else "list of tables"
        meaning = _UNPUBLISHED.sub("", field.description or "")
        yield f"`{before}{name}`", value, _default(field), meaning
        if row is not None:
            yield from _keys(row, f"{before}{name}[].", {})


def _value(field: FieldInfo) -> str:
    bounds = [
        f"{sign} {getattr(mark, name)}"
        for mark in field.metadata
        for name, sign in (("gt", ">"), ("ge", "≥"), ("lt", "<"), ("le", "≤"))
        if getattr(mark, name, None) is not None
    ]
    return ", ".join([_kind(field.annotation), *bounds])


def _kind(annotation: Any) -> str:
    """What a key takes, in words."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{toml_value(value)}`" for value in inner)
    if origin is Annotated:
        return _kind(inner[0])
    if annotation is Secret:
        return "`{ env = … }` or `{ file = … }`"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{toml_value(value)}`" for value in annotation)
    if NoneType in inner:
        return _kind(next(kind for kind in inner if kind is not NoneType))
    if origin is tuple:
        return f"list of {_several(_kind(inner[0]))}"
    if inner and (found := re.match("(list|table) of ", _kind(inner[-1]))):
        return f"table of {found[1]}s of {_kind(inner[-1])[found.end() :]}"
    if inner:
        return f"table of {_kind(inner[-1])}s"
    return _KINDS.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _several(kind: str) -> str:
    """The plural of a kind; of values that are all written out: those."""
    return kind if kind.endswith("`") else f"{kind}s"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    return "not set" if value is None else f"`{toml_value(value)}`"


def _model_of(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


# --- tables -----------------------------------------------------------------------------------


def _table(head: tuple[str, ...], rows: Any) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


BLOCKS: Mapping[str, Callable[[], str]] = {
    "commands": commands_page,
    "faults": lambda: fault_matrix(SYSTEMS),
    "configuration": configuration_page,
    "rules": rules_in_full,
    "rule-numbers": rule_numbers,
    "rules-en": lambda: rules_in_short("en"),
    "rules-vi": lambda: rules_in_short("vi"),
}

if __name__ == "__main__":
    sys.exit(main())
