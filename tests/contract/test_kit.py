"""The kit as a developer meets it: a test file of a few lines, run by pytest."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest
import structlog

import khop.testing
from khop.loopback import LoopbackServer, Request, Response
from khop.testing.bench import bench
from khop.testing.privacy import leaks, listening, texts_of
from tests import paths
from tests.contract.mini import NAME, mini

pytest_plugins = ("pytester",)

_TEST_FILE = """
from khop.testing import (
    DossierLookupContract, DossierSinkContract, DossierSourceContract, LoginContract, System,
)
from tests.contract.mini import mini
from tests.contract.test_sins import {adapter}

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


def test_a_file_of_a_few_lines_tries_an_adapter(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "MiniAdapter", only="http_503_once or bad_row")
    passed = result.parseoutcomes()["passed"]
    assert result.ret == pytest.ExitCode.OK
    assert passed > 10


def test_a_sinner_fails_and_the_test_says_why(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "SwallowsABadRow", only="bad_row")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*a row that cannot be used must stand in rejects*"])


def test_a_contract_that_is_left_out_is_noticed(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "MiniAdapter", "LoginContract, DossierLookupContract", "each_port")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*inherit the contract of each port*"])


def test_a_login_without_its_contract_is_noticed(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "MiniAdapter", _ALL.replace("LoginContract, ", ""), "each_port")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*a login wants LoginContract*"])


def test_without_pytest_the_import_says_what_is_missing() -> None:
    code = "import sys; sys.modules['pytest'] = None; import khop.testing"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert "khop.testing needs pytest" in done.stderr


def test_the_public_names_are_sorted_and_there() -> None:
    names = khop.testing.__all__
    assert names == sorted(names)
    assert all(getattr(khop.testing, name) for name in names)


def test_the_example_of_the_documentation_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (paths.ROOT / "docs" / "extend.md").read_text("utf-8")
    example = page.split("## The contract kit")[1].split("```python\n")[1].split("```")[0]
    theirs = ModuleType("my_package.registry")
    theirs.ADAPTER = mini().adapter  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "my_package.registry", theirs)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, "example", "exec"), names)
    contract = names["TestRegistry"]()
    contract.test_a_dossier_that_is_there_is_found()
    contract.test_a_dossier_that_the_system_says_it_has_not_is_none()


# --- the server ---------------------------------------------------------------------------------


def _answer(request: Request) -> Response:
    return Response.json([request.method, request.path, request.query, request.form])


def test_the_server_says_what_it_was_asked() -> None:
    with LoopbackServer(_answer) as server:
        url = f"{server.url}/a%20b?x=1&y="
        body = urllib.request.urlopen(url, data=b"k=v").read()
    assert body == b'["POST", "/a b", {"x": "1", "y": ""}, {"k": "v"}]'


def test_a_server_that_is_down_refuses_and_is_up_again_at_the_same_address() -> None:
    with LoopbackServer(_answer) as server:
        url = server.url
        server.stop()
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(url)
        server.start()
        assert server.url == url
        assert urllib.request.urlopen(url).status == 200


def test_a_silent_server_ends_with_its_caller() -> None:
    with LoopbackServer(lambda request: Response(cut="silent")) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as caller:
            caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert server.defects == []


def test_a_stand_that_fails_is_not_taken_for_a_fault_of_the_adapter() -> None:
    def broken(request: Request) -> Response:
        raise LookupError("a mistake of the stand")

    with (
        pytest.raises(AssertionError, match="the stand of mini failed"),
        bench(mini(), stand=broken) as made,
    ):
        made.adapter.check()


# --- what comes out -----------------------------------------------------------------------------


def test_everything_that_is_said_aloud_is_heard() -> None:
    with listening() as ears:
        logging.getLogger("x").debug("a %s", "log line")
        structlog.get_logger("y").info("an_event", field="a field")
        print("a print")  # noqa: T201
    heard = "\n".join(ears.lines)
    assert all(each in heard for each in ("a log line", "a field", "a print"))


def test_what_stands_behind_a_logged_error_is_heard() -> None:
    with listening() as ears:
        try:
            raise ValueError("behind")
        except ValueError:
            structlog.get_logger("y").exception("failed")
            logging.getLogger("x").exception("failed")
    assert sum("behind" in line for line in ears.lines) == 2


def test_loggers_are_as_they_were() -> None:
    before = structlog.get_config()["processors"][:], logging.getLogger().level
    with listening():
        pass
    assert (structlog.get_config()["processors"], logging.getLogger().level) == before


@pytest.mark.parametrize(
    "text", [NAME, NAME.upper(), f"…{quote(NAME)}…", "Nguye\u0302\u0303n Va\u0306n Mẫu"]
)
def test_a_name_is_found_in_every_form(text: str) -> None:
    assert leaks([text], [NAME]) == {NAME}


def test_a_name_is_found_behind_an_error() -> None:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as cause:
            raise ValueError("outer") from cause
    except ValueError as error:
        assert leaks(texts_of(error), [NAME])


def test_what_nobody_sees_behind_an_error_is_no_leak() -> None:
    try:
        try:
            raise KeyError(NAME)
        except KeyError:
            raise ValueError("outer") from None
    except ValueError as error:
        assert not leaks(texts_of(error), [NAME])
