"""What every adapter over HTTP keeps. A test class inherits the contracts of its ports::

    class TestIgate(LoginContract, DossierSourceContract):
        def system(self) -> System:
            return IGATE

Each test makes a system of its own on loopback; nothing is shared but what was seen.
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
from khop.testing.bench import Bench, MemoryBook, bench
from khop.testing.expectations import breaches, expected, tries
from khop.testing.lab import PATIENCE, fault_named, lab_of
from khop.testing.privacy import leaks
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
    """What holds for every adapter, whatever its ports. ``port``: the one a subclass tries."""

    port: ClassVar[type[Any] | None] = None

    def system(self) -> System:
        """The system that is tried; the same one each time."""
        raise NotImplementedError("a contract names its system")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Tests of an operation, or of an operation under a fault, one each."""
        test = metafunc.function
        if "fault" in metafunc.fixturenames and "operation" in metafunc.fixturenames:
            at_login = getattr(test, "at_login", False)
            tried = tries(self.system(), at_login=at_login)
            names = [(operation.name, fault) for operation, fault in tried]
            metafunc.parametrize(("operation", "fault"), names)
        elif "operation" in metafunc.fixturenames:
            metafunc.parametrize("operation", [each.name for each in self.system().operations()])

    def _is_no_login(self, request: Request) -> bool:
        return not self.system().is_login(request)

    def operation(self, name: str) -> Operation:
        return next(each for each in self.system().operations() if each.name == name)

    @contextmanager
    def bench(
        self, stand: Handler | None = None, book: MemoryBook | None = None, **settings: float
    ) -> Iterator[Bench]:
        """The adapter before a healthy system, or before ``stand``; at the end nothing personal
        has been said."""
        with bench(self.system(), stand=stand, book=book, settings=settings) as made:
            yield made
        self.assert_private(*made.heard, *made.addresses())

    def saying(self, said: Response) -> Handler:
        """A system that lets its callers in, and has one answer to all else."""
        system, stand = self.system(), self.system().stand()
        return lambda request: stand(request) if system.is_login(request) else said

    def assert_private(self, *texts: str) -> None:
        """None of the texts holds personal data or a secret."""
        system = self.system()
        found = leaks(texts, (*system.personal, *system.secrets.values()))
        assert not found, f"{len(found)} personal texts or secrets came out"

    # --- tests ---------------------------------------------------------------------------------

    def test_each_port_has_its_contract(self) -> None:
        with self.bench() as made:
            filled = {port for port in PORTS if isinstance(made.adapter, port)}
        tried = {vars(kind).get("port") for kind in type(self).__mro__} - {None}
        assert filled == tried, "inherit the contract of each port, and of no other"
        assert filled == {case.port for case in self.system().cases}, "give a case for each port"
        has_login = self.system().login is not None
        assert isinstance(self, LoginContract) == has_login, "a login wants LoginContract"

    def test_a_healthy_system_is_used_without_repeats(self, operation: str) -> None:
        wanted = self.operation(operation)
        with self.bench() as made:
            wanted.before(made.adapter)
            made.arm(None, lambda request: self.system().is_target(wanted, request))
            wanted.call(made.adapter)
        assert made.targets >= 1, "no request of it was seen: is its target told rightly?"
        assert made.waits == []
        assert made.effects == 1 or wanted.kind is Kind.READ

    def test_fault(self, operation: str, fault: str) -> None:
        self._judge(operation, fault, at_login=False)

    def _judge(self, operation: str, fault: str, *, at_login: bool) -> None:
        wanted = expected(self.system(), self.operation(operation), fault, at_login=at_login)
        cell = lab_of(self.system()).cell(self.operation(operation), fault, at_login=at_login)
        found = "; ".join(breaches(cell, wanted))
        assert not found, f"{operation}, {fault}: {found}"

    def test_check_is_content_with_a_healthy_system(self) -> None:
        with self.bench() as made:
            health = made.adapter.check()
        assert health.ok, health

    @pytest.mark.parametrize("name", _FAULTS_OF_A_CHECK)
    def test_check_tells_and_does_not_raise(self, name: str) -> None:
        with self.bench(timeout=PATIENCE) as made:
            made.arm(fault_named(self.system(), name), lambda request: True)
            health = made.adapter.check()
        assert name != "refused" or not health.ok, "nobody is there, and check is content"
        self.assert_private(repr(health))

    def test_a_secret_that_is_not_set_is_a_fault_of_the_configuration(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        operation = self.system().operations()[0]
        with self.bench() as made:
            for variable in self.system().secrets:
                monkeypatch.delenv(variable)
            if self.system().secrets:
                with pytest.raises(ConfigError):
                    operation.call(made.adapter)
        assert made.requests == [] or not self.system().secrets, "it called without its secret"

    def test_nothing_shown_of_the_adapter_is_secret(self) -> None:
        with self.bench() as made:
            made.adapter.check()
            self.assert_private(repr(made.adapter), str(made.adapter))

    def test_it_can_be_closed_twice(self) -> None:
        with self.bench() as made:
            made.adapter.close()


class LoginContract(AdapterContract):
    """For a system that gives sessions or tokens."""

    def test_login_fault(self, operation: str, fault: str) -> None:
        self._judge(operation, fault, at_login=True)

    test_login_fault.at_login = True  # type: ignore[attr-defined]

    def test_threads_share_one_new_login(self) -> None:
        operation = self.system().operations()[0]
        with self.bench() as made:
            made.adapter.check()
            made.arm(fault_named(self.system(), "session_ended"), self._is_no_login)
            faults = _in_threads(lambda: operation.call(made.adapter))
        assert faults == []
        assert made.logins == 1, f"{_THREADS} threads logged in {made.logins} times"

    def test_the_session_is_kept_from_call_to_call(self) -> None:
        operation = self.system().operations()[0]
        with self.bench() as made:
            operation.call(made.adapter)
            operation.call(made.adapter)
        assert made.logins == 1, f"two calls logged in {made.logins} times"


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
