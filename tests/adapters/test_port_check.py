"""An adapter that lacks a member of a port is refused by name when it is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pytest

from khop.adapters import ports
from khop.adapters.port_check import PORTS, problem_of
from khop.adapters.ports import AdapterType, Context, Role
from khop.adapters.settings import SourceSettings
from khop.config.adapters import adapter_types, build_adapters
from khop.config.model import Config, Province
from khop.errors import AdapterError, ConfigError, KhopError
from tests.contract.mini import MiniAdapter
from tests.sync.fakes import FakeFeed, FakeOneStop, FakePortal, FakeSystem, WindowedOneStop


class Bare(FakeSystem):
    name, role = "s", Role.PORTAL


def without(adapter: Any, *names: str) -> Any:
    """The same adapter, whose class lacks these members."""
    members = {
        name: getattr(adapter, name)
        for name in dir(adapter)
        if not name.startswith("__") and name not in names
    }
    return type("Partial", (), members)()


@pytest.mark.parametrize(
    ("adapter", "lacks", "says"),
    [
        (FakePortal(), "lookup_budget", "has no lookup_budget, which DossierLookup needs"),
        (FakePortal(), "connections", "has no connections, which DossierLookup needs"),
        (FakePortal(), "look_up", "has no look_up, which DossierLookup needs"),
        (FakePortal(), "progress", "has no progress, which DossierSink needs"),
        (FakeOneStop(), "full", "has no full, which DossierSource needs"),
        (FakeOneStop(), "overlap_seconds", "has no overlap_seconds, which DossierSource needs"),
        (WindowedOneStop(), "window_fields", "has no window_fields, which WindowSource needs"),
        (FakeFeed(), "replay_event", "has no replay_event, which EvidenceSource needs"),
        (FakeFeed(), "check", "has no check, which every adapter has"),
        (FakeFeed(), "close", "has no close, which every adapter has"),
        (FakeFeed(), "role", "has no role, which every adapter has"),
    ],
)
def test_a_missing_member_is_named_with_its_port(adapter: Any, lacks: str, says: str) -> None:
    assert problem_of(adapter) is None
    if says.startswith("has no look_up,"):
        # Nothing else of the port is left that could name it: what is left is a sink.
        assert problem_of(without(adapter, lacks)) is None
        return
    assert problem_of(without(adapter, lacks)) == says


def test_a_member_that_cannot_be_called_is_missing() -> None:
    feed = FakeFeed()
    feed.replay_event = None  # type: ignore[assignment, method-assign]
    assert problem_of(feed) == "has no replay_event, which EvidenceSource needs"


def test_an_adapter_that_fills_no_port_is_told_what_it_wrote_almost() -> None:
    class Typo(Bare):
        def lookup(self, code: str) -> None: ...

    assert str(problem_of(Typo())).startswith(
        "fills no port (it has 'lookup', did you mean 'look_up'?): DossierSource, "
    )
    assert str(problem_of(Bare())).startswith("fills no port: DossierSource, ")


def test_every_port_is_checked() -> None:
    protocols = {
        value
        for value in vars(ports).values()
        if getattr(value, "_is_protocol", False) and value is not Protocol
    }
    assert protocols == {*PORTS, ports.Adapter, ports.CallBook}


def test_the_adapter_of_the_contract_kit_passes() -> None:
    assert problem_of(object.__new__(type("M", (MiniAdapter,), {"name": "m", "role": 1}))) is None


def build(make: Any, folder: Path) -> Any:
    types = {"own": AdapterType(SourceSettings, frozenset({Role.PORTAL}), make)}
    settings = SourceSettings(adapter="own", role=Role.PORTAL)
    config = Config(
        province=Province(name="Tỉnh Mẫu", code="H99"), sources={"s": settings}, base_dir=folder
    )
    context: Context = None  # type: ignore[assignment]
    return build_adapters(config, context, types=types)


def test_a_partial_adapter_is_refused_by_its_name_and_that_of_its_source(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        build(lambda *_: without(FakePortal(), "lookup_budget"), tmp_path)
    assert caught.value.key == "sources.s"
    assert "the adapter own cannot be used: it has no lookup_budget" in str(caught.value)


def test_an_adapter_whose_building_breaks_is_named(tmp_path: Path) -> None:
    def broken(*_: object) -> Any:
        raise ZeroDivisionError("099090000001")

    with pytest.raises(AdapterError, match=r"s: the adapter cannot be built") as caught:
        build(broken, tmp_path)
    assert "099090000001" not in str(caught.value)


def test_one_text_in_place_of_a_list_of_sources_is_refused(tmp_path: Path) -> None:
    config = Config(province=Province(name="Tỉnh Mẫu", code="H99"), sources={}, base_dir=tmp_path)
    context: Context = None  # type: ignore[assignment]
    with pytest.raises(KhopError, match=r"sources must be a list of texts, such as \['igate'\]"):
        build_adapters(config, context, "igate", types=adapter_types())
