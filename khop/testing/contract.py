"""Requirements of every adapter over HTTP. A test class inherits the contracts of its ports::

    class TestIgate(LoginContract, DossierSourceContract):
        def system(self) -> System:
            return IGATE

Each test starts its own system on loopback. Tests share only the results of probes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest

from khop.adapters import ports
from khop.errors import ConfigError
from khop.loopback import Handler, Request, Response
from khop.testing.bench import Bench, RecordingCallBook, open_bench
from khop.testing.examples import replacing
from khop.testing.expectations import expected, mismatches, trials
from khop.testing.privacy import leaks
from khop.testing.probes import SHORT_TIMEOUT, fault_named, prober_of
from khop.testing.system import Kind, Operation, System

#: The ports that the kit tries.
PORTS: tuple[type[Any], ...] = (
    ports.CatalogueSource,
    ports.DossierLookup,
    ports.DossierSink,
    ports.DossierSource,
    ports.EvidenceLookup,
    ports.EvidenceSource,
    ports.IdentityCheck,
    ports.WindowSource,
)
_FAULTS_OF_A_CHECK = ("refused", "silence", "http_500", "http_403", "html", "garbage", "deep")
_THREADS = 4


class AdapterContract:
    """The requirements whatever the ports. ``port``: the one that a subclass tries."""

    port: ClassVar[type[Any] | None] = None

    def system(self) -> System:
        """The system under test; the same object at each call."""
        raise NotImplementedError("define system() in the test class: it returns its System")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test for each operation, and for each operation under a fault."""
        test = metafunc.function
        if "fault" in metafunc.fixturenames and "operation" in metafunc.fixturenames:
            at_login = getattr(test, "at_login", False)
            tried = trials(self.system(), at_login=at_login)
            names = [(operation.name, fault) for operation, fault in tried]
            metafunc.parametrize(("operation", "fault"), names)
        elif "operation" in metafunc.fixturenames:
            metafunc.parametrize("operation", [each.name for each in self.system().operations()])

    def is_not_login(self, request: Request) -> bool:
        return not self.system().is_login(request)

    def operation(self, name: str) -> Operation:
        return next(each for each in self.system().operations() if each.name == name)

    @contextmanager
    def bench(
        self,
        handler: Handler | None = None,
        book: RecordingCallBook | None = None,
        **settings: float,
    ) -> Iterator[Bench]:
        """The adapter connected to a healthy system, or to ``handler``. Fails at the end if
        personal data or a secret was logged, printed or put into an address."""
        with open_bench(self.system(), handler=handler, book=book, settings=settings) as bench:
            yield bench
        self.assert_private(*bench.output, *bench.addresses())

    def answering(self, response: Response) -> Handler:
        """A system that accepts logins and gives one response to all other requests."""
        return replacing(self.system().application(), response, self.is_not_login)

    def assert_private(self, *texts: str) -> None:
        """No text holds personal data or a secret."""
        system = self.system()
        found = leaks(texts, (*system.personal, *system.secrets.values()))
        assert not found, f"{len(found)} personal texts or secrets came out"

    def test_each_port_has_its_contract(self) -> None:
        with self.bench() as bench:
            filled = {port for port in PORTS if isinstance(bench.adapter, port)}
        tried = {vars(kind).get("port") for kind in type(self).__mro__} - {None}
        assert filled == tried, "inherit the contract of each port, and of no other"
        assert filled == {case.port for case in self.system().cases}, "give a case for each port"
        has_login = self.system().login is not None
        assert isinstance(self, LoginContract) == has_login, "a login needs LoginContract"

    def test_a_healthy_system_needs_no_retry(self, operation: str) -> None:
        wanted = self.operation(operation)
        with self.bench() as bench:
            wanted.prepare(bench.adapter)
            bench.watch(lambda request: self.system().is_target(wanted, request))
            wanted.call(bench.adapter)
        assert bench.targets >= 1, "no request of the operation was seen: check its target"
        assert bench.waits == []
        assert bench.effects == 1 or wanted.kind is Kind.READ

    def test_fault(self, operation: str, fault: str) -> None:
        self._judge(operation, fault, at_login=False)

    def _judge(self, operation: str, fault: str, *, at_login: bool) -> None:
        wanted = expected(self.system(), self.operation(operation), fault, at_login=at_login)
        prober = prober_of(self.system())
        result = prober.under_fault(self.operation(operation), fault, at_login=at_login)
        found = "; ".join(mismatches(result, wanted))
        assert not found, f"{operation}, {fault}: {found}"

    def test_check_passes_on_a_healthy_system(self) -> None:
        with self.bench() as bench:
            health = bench.adapter.check()
        assert health.ok, health

    @pytest.mark.parametrize("name", _FAULTS_OF_A_CHECK)
    def test_check_reports_a_fault_without_raising(self, name: str) -> None:
        with self.bench(timeout=SHORT_TIMEOUT) as bench:
            bench.watch(lambda request: True, fault_named(self.system(), name))
            health = bench.adapter.check()
        assert name != "refused" or not health.ok, "check passed although the server is stopped"
        self.assert_private(repr(health))

    def test_a_missing_secret_raises_config_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        operation = self.system().operations()[0]
        with self.bench() as bench:
            for variable in self.system().secrets:
                monkeypatch.delenv(variable)
            if self.system().secrets:
                with pytest.raises(ConfigError):
                    operation.call(bench.adapter)
        assert bench.requests == [] or not self.system().secrets, (
            "it made a call without its secret"
        )

    def test_repr_and_str_hold_no_secret(self) -> None:
        with self.bench() as bench:
            bench.adapter.check()
            self.assert_private(repr(bench.adapter), str(bench.adapter))

    def test_close_can_be_called_twice(self) -> None:
        with self.bench() as bench:
            bench.adapter.close()


class LoginContract(AdapterContract):
    """Requirements of a system with sessions or tokens."""

    def test_login_fault(self, operation: str, fault: str) -> None:
        self._judge(operation, fault, at_login=True)

    test_login_fault.at_login = True  # type: ignore[attr-defined]

    def test_threads_share_one_new_login(self) -> None:
        operation = self.system().operations()[0]
        with self.bench() as bench:
            bench.adapter.check()
            bench.watch(self.is_not_login, fault_named(self.system(), "session_ended"))
            errors = _in_threads(lambda: operation.call(bench.adapter))
        assert errors == []
        assert bench.logins == 1, f"{_THREADS} threads logged in {bench.logins} times"

    def test_calls_share_one_session(self) -> None:
        operation = self.system().operations()[0]
        with self.bench() as bench:
            operation.call(bench.adapter)
            operation.call(bench.adapter)
        assert bench.logins == 1, f"two calls logged in {bench.logins} times"


def _in_threads(work: Any) -> list[BaseException]:
    raised: list[BaseException] = []

    def caught() -> None:
        try:
            work()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=caught) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
