"""The addresses of the daemon, whatever their callers do."""

from __future__ import annotations

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from khop.config.load import load_config
from khop.config.model import Config
from khop.daemon.outside.measures import Measures
from khop.daemon.outside.process_state import LATEST, LONGEST_LOOK
from khop.daemon.outside.serving import AT_ONCE, Outside
from khop.errors import ConfigError
from khop.sync.ledger import Ledger
from tests.daemon.daemon_process import free_port, wait_until
from tests.postgres import BOTH

pytestmark = pytest.mark.slow

LEDGERS = BOTH


@dataclass
class State:
    """A process as the addresses see it."""

    config: Config
    tasks: dict[str, object] = field(default_factory=lambda: {"pull:igate": None})
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ticked: float = field(default_factory=time.monotonic)
    looking: float | None = None
    looked: float | None = field(default_factory=time.monotonic)
    ledger: Ledger | None = None
    ledger_error: str | None = None
    draining: str | None = None
    running: Collection[str] = ()


@dataclass
class Served:
    state: State
    measures: Measures
    port: int

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as got:
                return got.status, got.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


@pytest.fixture
def served(ledger: Ledger, tmp_path: Path) -> Iterator[Served]:
    path = tmp_path / "khop.toml"
    path.write_text('[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n', "utf-8")
    state, measures, port = State(load_config(path, {}), ledger=ledger), Measures(), free_port()
    with Outside(f"127.0.0.1:{port}", state, measures):
        yield Served(state, measures, port)


def test_a_process_that_works_is_alive_and_ready(served: Served) -> None:
    assert served.get("/healthz") == (200, '{"ok": true}')
    assert served.get("/readyz") == (200, '{"ok": true}')


def test_one_that_does_not_look_any_more_is_not_alive(served: Served) -> None:
    served.state.ticked -= LATEST + 1
    assert served.get("/healthz")[0] == 503


def test_one_that_waits_for_its_ledger_is_alive_for_some_minutes(served: Served) -> None:
    served.state.ticked -= LONGEST_LOOK + 2
    served.state.looking = time.monotonic() - LONGEST_LOOK + 60
    assert served.get("/healthz")[0] == 200
    served.state.looking -= 61
    assert served.get("/healthz")[0] == 503


@pytest.mark.parametrize("what", ["draining", "ledger_error"])
def test_one_that_takes_no_work_is_not_ready(served: Served, what: str) -> None:
    setattr(served.state, what, "khop 9.0 is there")
    status, body = served.get("/readyz")
    assert status == 503
    assert '"reason": "' in body
    assert served.get("/healthz")[0] == 200


def test_one_whose_looks_fail_is_not_ready(served: Served) -> None:
    assert served.state.looked is not None
    served.state.looked -= LATEST + 1
    assert "was not looked at" in served.get("/readyz")[1]


def test_what_a_process_measures_is_in_its_metrics(served: Served) -> None:
    served.measures.began("pull:igate", 1_500_000)
    served.measures.ended("pull:igate", 3.0, well=False)
    families = {f.name: f for f in text_string_to_metric_families(served.get("/metrics")[1])}
    late = {
        s.labels.get("le"): s.value for s in families["khop_task_start_lateness_seconds"].samples
    }
    assert (late["1.0"], late["2.0"]) == (0, 1)
    (total,) = [
        s for s in families["khop_task_duration_seconds"].samples if s.name.endswith("_sum")
    ]
    assert (total.labels, total.value) == ({"task": "pull:igate", "state": "failed"}, 3.0)


def test_a_closed_ledger_leaves_the_metrics_of_the_process(served: Served) -> None:
    assert served.state.ledger is not None
    served.state.ledger.close()
    text = served.get("/metrics")[1]
    assert "khop_ledger_up 0.0" in text
    assert "khop_stream_state" not in text
    assert "khop_build_info" in text


def test_callers_that_say_nothing_hold_back_no_other_for_long(served: Served) -> None:
    silent = [served.connected() for _ in range(AT_ONCE)]
    with served.connected() as one_more:
        assert one_more.recv(1) == b""  # refused at once
    for connection in silent:
        connection.close()

    def answers() -> bool:
        try:
            return served.get("/healthz")[0] == 200
        except OSError:
            return False

    wait_until(answers, "a free place", seconds=10)


def test_a_port_that_is_in_use_is_an_error_of_the_configuration(served: Served) -> None:
    with pytest.raises(ConfigError, match="cannot listen on") as caught:
        Outside(f"127.0.0.1:{served.port}", served.state, Measures())
    assert caught.value.key == "daemon.listen"


def test_nothing_is_served_where_no_address_is_given(served: Served) -> None:
    with Outside("", served.state, Measures()):
        assert served.get("/healthz")[0] == 200
