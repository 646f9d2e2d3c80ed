"""The kit as a developer uses it: a test file of a few lines, run by pytest."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest

import khop.testing
from khop.loopback import Request, Response
from khop.testing.bench import open_bench
from tests import paths
from tests.contract.mini import mini

pytest_plugins = ("pytester",)

_TEST_FILE = """
from khop.testing import (
    DossierLookupContract, DossierSinkContract, DossierSourceContract, LoginContract, System,
)
from tests.contract.mini import mini
from tests.contract.faulty_adapters import MiniAdapter, SwallowsABadRow

SYSTEM = mini({adapter})

class TestMine({contracts}):
    def system(self) -> System:
        return SYSTEM
"""
_ALL = "LoginContract, DossierSourceContract, DossierLookupContract, DossierSinkContract"


def _run(
    pytester: pytest.Pytester, adapter: str, contracts: str = _ALL, only: str = ""
) -> pytest.RunResult:
    pytester.makepyfile(_TEST_FILE.format(adapter=adapter, contracts=contracts))
    return pytester.runpytest_inprocess("-q", "-k", only, "-p", "no:cacheprovider")


def test_a_file_of_a_few_lines_tests_an_adapter(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "MiniAdapter", only="http_503_once or bad_row")
    passed = result.parseoutcomes()["passed"]
    assert result.ret == pytest.ExitCode.OK
    assert passed > 10


def test_a_faulty_adapter_fails_with_a_message(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "SwallowsABadRow", only="bad_row")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*an unusable row must be in rejects*"])


def test_a_port_without_its_contract_fails(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "MiniAdapter", "LoginContract, DossierLookupContract", "each_port")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*inherit the contract of each port*"])


def test_a_login_without_its_contract_fails(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "MiniAdapter", _ALL.replace("LoginContract, ", ""), "each_port")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*a login needs LoginContract*"])


def test_the_import_without_pytest_names_what_to_install() -> None:
    code = "import sys; sys.modules['pytest'] = None; import khop.testing"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert "khop.testing needs pytest" in done.stderr


def test_the_public_names_are_sorted_and_exist() -> None:
    names = khop.testing.__all__
    assert names == sorted(names)
    assert all(getattr(khop.testing, name) for name in names)


def test_the_example_in_the_documentation_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (paths.ROOT / "docs" / "extend.md").read_text("utf-8")
    example = page.split("## The contract kit")[1].split("```python\n")[1].split("```")[0]
    registry = ModuleType("my_package.registry")
    registry.ADAPTER = mini().adapter  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "my_package.registry", registry)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, "example", "exec"), names)
    contract = names["TestRegistry"]()
    contract.test_a_known_code_is_found()
    contract.test_an_unknown_code_gives_none()


def test_an_error_of_the_application_fails_the_test_with_its_name() -> None:
    def broken(request: Request) -> Response:
        raise LookupError("an error of the application")

    with (
        pytest.raises(AssertionError, match="the application of mini failed"),
        open_bench(mini(), handler=broken) as bench,
    ):
        bench.adapter.check()
