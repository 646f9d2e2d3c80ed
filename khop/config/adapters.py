"""Find the installed adapters by their entry points, and build those of the configured sources.

Another distribution adds an adapter with an entry point in the group ``khop.adapters``; khop itself
is not changed.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points

from khop.adapters.port_check import problem_of
from khop.adapters.ports import Adapter, AdapterType, Context
from khop.adapters.settings import SourceSettings
from khop.config.model import Config
from khop.errors import AdapterError, ConfigError, KhopError
from khop.text.choices import check_words

GROUP = "khop.adapters"


class AdapterTypes(Mapping[str, AdapterType]):
    """The installed adapters, each loaded when it is first used. One that cannot be loaded raises
    ConfigError then, so that an unused adapter stops nothing."""

    def __init__(self, points: Mapping[str, frozenset[EntryPoint]]) -> None:
        self._points = points
        self._loaded: dict[str, AdapterType] = {}

    def __getitem__(self, name: str) -> AdapterType:
        if name not in self._loaded:
            self._loaded[name] = _load(name, self._points[name])
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._points

    def __iter__(self) -> Iterator[str]:
        return iter(self._points)

    def __len__(self) -> int:
        return len(self._points)


def adapter_types() -> AdapterTypes:
    """Every adapter installed on this machine, by name, in the order of names."""
    points: dict[str, frozenset[EntryPoint]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        points[point.name] = points.get(point.name, frozenset()) | {point}
    return AdapterTypes(points)


def build_adapters(
    config: Config,
    context: Context,
    names: Sequence[str] | None = None,
    *,
    types: Mapping[str, AdapterType] | None = None,
) -> list[Adapter]:
    """The adapters of the configured sources, or of those named, in the configured order.

    Raises ConfigError for an unknown source and for an adapter that cannot be built; adapters
    that were built before it are closed.
    """
    known = adapter_types() if types is None else types
    wanted = list(config.sources) if names is None else names
    check_words("sources", wanted)
    for name in wanted:
        check_source(name, config.sources)
    built: list[Adapter] = []
    try:
        for name, settings in config.sources.items():
            if name in wanted:
                built.append(_build(name, settings, context, known))
    except BaseException:
        for adapter in built:
            adapter.close()
        raise
    return built


def check_source(name: str, sources: Collection[str]) -> None:
    """Raises ConfigError for a name that is not one of these sources."""
    if name in sources:
        return
    close = difflib.get_close_matches(name, list(sources), n=1)
    suggestion = f", did you mean {close[0]}?" if close else ""
    configured = ", ".join(sources) or "none"
    raise ConfigError(f"there is no source {name!r}{suggestion}; configured: {configured}")


def _build(
    name: str, settings: SourceSettings, context: Context, types: Mapping[str, AdapterType]
) -> Adapter:
    key = f"sources.{name}"
    try:
        adapter = types[settings.adapter].build(name, settings.role, settings, context)
    except ConfigError as error:
        raise (error if error.key else ConfigError(str(error), key=key)) from None
    except KeyError:
        if settings.adapter in types:
            raise
        raise ConfigError(f"the adapter {settings.adapter!r} is not installed", key=key) from None
    except KhopError:
        raise
    except Exception as error:
        raise AdapterError(name, f"cannot be built ({type(error).__name__})") from error
    if (problem := problem_of(adapter)) is not None:
        raise ConfigError(
            f"the adapter {settings.adapter} cannot be used: it {problem}; report it to its maker",
            key=key,
        )
    return adapter


def _load(name: str, points: frozenset[EntryPoint]) -> AdapterType:
    if len({point.value for point in points}) > 1:
        owners = ", ".join(sorted({point.dist.name if point.dist else "?" for point in points}))
        raise ConfigError(
            f"the adapter {name} is declared by several packages ({owners}); keep one of them"
        )
    point = next(iter(points))
    try:
        found = point.load()
    except Exception as error:
        raise ConfigError(
            f"the adapter {name} ({point.value}) cannot be loaded: "
            f"{type(error).__name__}: {error}; repair or remove the package that declares it"
        ) from error
    if not isinstance(found, AdapterType):
        raise ConfigError(
            f"the adapter {name} ({point.value}) is not an AdapterType; "
            "repair the package that declares it"
        )
    return found
