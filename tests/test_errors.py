"""Every error of khop, of any room, comes back from pickle with all it had."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pkgutil
from typing import Any

import pytest

import khop
from khop.errors import ConnectorError, KhopError


def _all_errors() -> list[type[KhopError]]:
    for module in pkgutil.walk_packages(khop.__path__, "khop."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type[KhopError]] = []
    waiting: list[type[KhopError]] = [KhopError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return sorted(set(found), key=lambda kind: f"{kind.__module__}.{kind.__qualname__}")


def _made(kind: type[KhopError]) -> KhopError:
    """An error of this kind whose every value is set."""
    if kind is KhopError or ("__init__" not in vars(kind) and kind.__init__ is Exception.__init__):
        return kind("một câu")
    arguments: list[Any] = []
    named: dict[str, Any] = {}
    for parameter in list(inspect.signature(kind.__init__).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            named |= {"subject": "H99", "rule": "A7"}
        elif parameter.kind is parameter.VAR_POSITIONAL:
            arguments.append("một câu")
        else:
            value = _value(str(parameter.annotation), parameter.name)
            if parameter.kind is parameter.KEYWORD_ONLY:
                named[parameter.name] = value
            else:
                arguments.append(value)
    return kind(*arguments, **named)


def _value(annotation: str, name: str) -> Any:
    if "Refused" in annotation:
        return khop.Refused("dvcqg", "push", code="9")
    if "tuple" in annotation or "Sequence" in annotation:
        return ("H99",)
    if "float" in annotation or "int" in annotation:
        return 7
    return {"reason": "no_rule", "why": "no_rule"}.get(name, f"{name} của lỗi")


@pytest.mark.parametrize("kind", _all_errors(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("copied", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy])
def test_an_error_comes_back_with_all_it_had(kind: type[KhopError], copied: Any) -> None:
    error = _made(kind)
    error.add_note("ghi chú")
    back = copied(error)
    assert type(back) is kind
    assert (str(back), back.args, vars(back)) == (str(error), error.args, vars(error))
    if isinstance(error, ConnectorError):
        assert isinstance(back, ConnectorError)
        assert (back.system, back.detail) == (error.system, error.detail)
