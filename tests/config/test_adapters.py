"""Finding and building adapters by their entry points."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from khop.adapters.ports import AdapterType, Health, Role
from khop.adapters.settings import SourceSettings
from khop.config.adapters import GROUP, adapter_types, build_adapters
from khop.config.load import load_config
from khop.config.model import Config
from khop.errors import ConfigError
from tests import paths

ROOT = paths.ROOT


class Built:
    """A source of codes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.role = Role.PORTAL
        self.closed = False

    def check(self) -> Health:
        return Health(())

    def codes(self) -> Iterator[str]:
        return iter(())

    def close(self) -> None:
        self.closed = True


class Kinds:
    """Two adapter types: ``good`` ones are in ``built``, ``bad`` raises ``failure``."""

    def __init__(self) -> None:
        self.built: list[Built] = []
        self.failure: Exception | None = None

    def types(self) -> Mapping[str, AdapterType]:
        roles = frozenset({Role.PORTAL})
        return {
            "good": AdapterType(SourceSettings, roles, self._good),
            "bad": AdapterType(SourceSettings, roles, self._bad),
        }

    def _good(self, name: str, role: Role, settings: Any, context: Any) -> Any:
        self.built.append(Built(name))
        return self.built[-1]

    def _bad(self, name: str, role: Role, settings: Any, context: Any) -> Any:
        raise self.failure or AssertionError


@pytest.fixture
def kinds() -> Kinds:
    return Kinds()


def _config(folder: Path, types: Mapping[str, AdapterType], *adapters: str) -> Config:
    tables = [
        f'[sources.s{number}]\nadapter = "{adapter}"\nrole = "portal"\n'
        for number, adapter in enumerate(adapters, start=1)
    ]
    text = '[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n' + "".join(tables)
    (folder / "khop.toml").write_text(text, "utf-8")
    return load_config(folder / "khop.toml", types)


def _install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, package: str, module: str, entry: str
) -> None:
    """A distribution with one entry point of our group, as pip would leave it."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{entry}\n")
    (folder / f"{entry.split('=')[1].split(':')[0].strip()}.py").write_text(module)
    monkeypatch.syspath_prepend(folder)


def test_every_declared_adapter_can_be_loaded() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = project["entry-points"][GROUP]
    assert set(declared) == {
        "igate",
        "igate_ministry",
        "dvcqg",
        "population",
        "vnpost",
        "myvnpost",
        "portal_file",
        "logbook_file",
        "register_file",
        "apology_file",
        "slips_file",
        "report_file",
        "counts_file",
        "feedback_file",
        "ratings_file",
        "ministry_file",
    }
    for name, value in declared.items():
        kind = metadata.EntryPoint(name, value, GROUP).load()
        assert isinstance(kind, AdapterType)
        assert issubclass(kind.settings, SourceSettings)
        assert kind.roles


def test_an_adapter_of_another_package_is_loaded_at_its_first_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = (
        "from khop.adapters.ports import AdapterType, Role\n"
        "from khop.adapters.settings import SourceSettings\n"
        "ADAPTER = AdapterType(SourceSettings, frozenset({Role.POST}), lambda *a: None)\n"
    )
    _install(tmp_path, monkeypatch, "acme", module, "acme = acme_adapter:ADAPTER")
    types = adapter_types()
    assert "acme" in types
    assert types["acme"].roles == {Role.POST}
    assert types["acme"] is types["acme"]


def test_an_adapter_that_cannot_be_loaded_raises_only_when_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path, monkeypatch, "broke", "import nothing_there\n", "broke = broke_mod:ADAPTER")
    types = adapter_types()
    assert "broke" in list(types)
    with pytest.raises(ConfigError, match=r"adapter broke .*cannot be loaded: ModuleNotFound"):
        types["broke"]


def test_an_entry_point_that_is_no_adapter_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path, monkeypatch, "odd", "ADAPTER = 1\n", "odd = odd_mod:ADAPTER")
    with pytest.raises(ConfigError, match="is not an AdapterType"):
        adapter_types()["odd"]


def test_a_name_that_two_packages_declare_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path / "a", monkeypatch, "one", "", "twin = one_mod:ADAPTER")
    _install(tmp_path / "b", monkeypatch, "two", "", "twin = two_mod:ADAPTER")
    with pytest.raises(ConfigError, match="several packages \\(one, two\\)"):
        adapter_types()["twin"]


def test_sources_are_built_in_the_order_of_the_configuration(tmp_path: Path, kinds: Kinds) -> None:
    config = _config(tmp_path, kinds.types(), "good", "good", "good")
    context: Any = None
    built = build_adapters(config, context, ["s3", "s1"], types=kinds.types())
    assert [adapter.name for adapter in built] == ["s1", "s3"]
    assert build_adapters(config, context, [], types=kinds.types()) == []


def test_an_unknown_source_gets_a_suggestion_and_nothing_is_built(
    tmp_path: Path, kinds: Kinds
) -> None:
    config = _config(tmp_path, kinds.types(), "good")
    context: Any = None
    with pytest.raises(ConfigError, match="no source 's11', did you mean s1"):
        build_adapters(config, context, ["s1", "s11"], types=kinds.types())
    assert kinds.built == []


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (ConfigError("the secret is not there"), "sources.s2: the secret is not there"),
        (ConfigError("wrong", key="sources.s2.base_url"), "sources.s2.base_url: wrong"),
    ],
)
def test_a_source_that_cannot_be_built_is_named_and_the_others_are_closed(
    tmp_path: Path, kinds: Kinds, failure: ConfigError, expected: str
) -> None:
    kinds.failure = failure
    config = _config(tmp_path, kinds.types(), "good", "bad")
    context: Any = None
    with pytest.raises(ConfigError) as caught:
        build_adapters(config, context, types=kinds.types())
    assert str(caught.value) == expected
    assert [adapter.closed for adapter in kinds.built] == [True]


def test_a_source_whose_adapter_is_gone_is_named(tmp_path: Path, kinds: Kinds) -> None:
    config = _config(tmp_path, kinds.types(), "good")
    context: Any = None
    with pytest.raises(ConfigError, match=r"sources\.s1: the adapter 'good' is not installed"):
        build_adapters(config, context, types={})
