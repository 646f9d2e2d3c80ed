"""Texts of iGate, which come in several shapes (specs/igate.md 3, 6.5)."""

from __future__ import annotations

from khop.connectors.igate.wire import LanguageName, Name, Tag, Task
from khop.mappings.text import clean_text

_VIETNAMESE = "228"


def clean_value(value: str | int | None) -> str:
    """A text, or a number where the app writes one, as clean text; "" for null."""
    return "" if value is None else clean_text(str(value))


def first_text(*values: str | int | None) -> str:
    """The first that is not blank."""
    return next((clean for value in values if (clean := clean_value(value))), "")


def vietnamese_name(name: Name | None) -> str:
    """The name, in Vietnamese where it comes in several languages; "" when there is none."""
    if isinstance(name, str):
        return clean_text(name)
    if name is None:
        return ""
    if isinstance(name, LanguageName):
        return clean_value(name.name)
    named = [each for each in name if each and each.name and each.name.strip()]
    vietnamese = (each for each in named if str(each.languageId) == _VIETNAMESE)
    chosen = next(vietnamese, named[0] if named else None)
    return clean_value(chosen.name) if chosen else ""


def task_label(task: Task) -> str:
    """The label of the state a task stands for (rules.md 1.1)."""
    status = task.activitiTask.status if task.activitiTask else None
    return vietnamese_name(status.name if isinstance(status, Tag) else status)


def step_name(task: Task) -> str:
    """The name of the step, for people."""
    step = task.bpmProcessDefinitionTask
    if step is None:
        return ""
    return vietnamese_name(step.name) or (
        vietnamese_name(step.definitionTask.name) if step.definitionTask else ""
    )
