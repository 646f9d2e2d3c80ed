"""Texts of iGate, each of which comes in several shapes (docs/systems/igate.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import TypeAdapter, ValidationError

from khop.mappings.igate.references import is_no_value
from khop.mappings.igate.wire import DefinitionTask, LanguageName, Name, ProcessTask, Tag, Task
from khop.mappings.wire_shapes import scalar_text
from khop.text.cleaning import clean_text

_VIETNAMESE = "228"
_NAME: TypeAdapter[Name | Tag | None] = TypeAdapter(Name | Tag | None)
#: The values of flags such as undefindedCompleteTime and isCurrent (docs/systems/igate.md).
_FLAGS: Mapping[str, bool] = {
    "1": True, "true": True, "1.0": True,
    "0": False, "false": False, "0.0": False, "none": False, "": False,
}  # fmt: skip


def first_text(*values: str | int | None) -> str:
    """The first of the values that says something, cleaned; "" when none does."""
    texts = map(scalar_text, values)
    return next((text for text in texts if text and not is_no_value(text)), "")


def vietnamese_name(name: Name | None) -> str:
    """The name, in Vietnamese where it comes in several languages; "" when there is none."""
    text = _any_language(name)
    return "" if is_no_value(text) else text


def _any_language(name: Name | None) -> str:
    if isinstance(name, str):
        return clean_text(name)
    if name is None:
        return ""
    if isinstance(name, LanguageName):
        return scalar_text(name.name)
    named = [each for each in name if each and each.name and each.name.strip()]
    vietnamese = (each for each in named if str(each.languageId) == _VIETNAMESE)
    chosen = next(vietnamese, named[0] if named else None)
    return scalar_text(chosen.name) if chosen else ""


def any_name(value: object) -> str | None:
    """The name in a value that has a shape of a name, or {id, name}; None for other shapes."""
    try:
        name = _NAME.validate_python(value)
    except ValidationError:
        return None
    return vietnamese_name(name.name if isinstance(name, Tag) else name)


def flag(value: object) -> bool | None:
    """A flag that is a number, text or truth value; None for anything else."""
    if not isinstance(value, str | int | float | None):
        return None
    return _FLAGS.get(str(value).strip().casefold())


def step_name(task: Task) -> str:
    """The name of the step, for people."""
    return _process_name(task) or _definition_name(task)


def _status(task: Task) -> str:
    """The label of the state of a task (docs/rules.md)."""
    status = task.activitiTask.status if task.activitiTask else None
    return vietnamese_name(status.name if isinstance(status, Tag) else status)


def _process_name(task: Task) -> str:
    return vietnamese_name(_process(task).name)


def _definition_name(task: Task) -> str:
    return vietnamese_name(_definition(task).name)


def _process(task: Task) -> ProcessTask:
    return task.bpmProcessDefinitionTask or _NO_PROCESS


def _definition(task: Task) -> DefinitionTask:
    return _process(task).definitionTask or _NO_DEFINITION


_NO_PROCESS, _NO_DEFINITION = ProcessTask(), DefinitionTask()

#: The fields of a task that may hold the label of its state, by their name in the settings. A
#: reader returns None when the field has a shape that holds no label.
TASK_LABELS: Mapping[str, Callable[[Task], str | None]] = {
    "activitiTask.status": _status,
    "name": lambda task: any_name(task.name),
    "bpmProcessDefinitionTask.name": _process_name,
    "bpmProcessDefinitionTask.remind": lambda task: any_name(_process(task).remind),
    "definitionTask.name": _definition_name,
    "definitionTask.definitionKey": lambda task: any_name(_definition(task).definitionKey),
}
