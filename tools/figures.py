"""Figures of the code: how much there is, how deep one call goes, how long parameter lists are.

``python -m tools.figures`` prints one line a figure; with ``--json`` one object. ``--package``
counts the text of another checkout. Calls and imports are measured of the package that is
imported: to compare two checkouts, run the program in the environment of each. Nothing is sent:
HTTP is answered in this process.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
import sysconfig
import tempfile
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from unittest import mock

import httpx

from khop.errors import KhopError

#: A constructor with more parameters than this is counted as a long one.
MOST_PARAMETERS = 6
#: A private function of at most this many lines counts as small.
SMALL = 4

#: A whole source of each system over HTTP, for the depth of its calls.
_SOURCES: dict[str, dict[str, Any]] = {
    "igate": {
        "role": "one_stop",
        "base_url": "https://igate.example.vn",
        "token_url": "https://sso.example.vn/token",
        "client_id": "khop",
        "client_secret": {"file": "secret"},
    },
    "dvcqg": {
        "role": "portal",
        "base_url": "https://dvcqg.example.vn",
        "username": "khop",
        "password": {"file": "secret"},
        "dstcode": "VN:GOV:000.00.00.G22:vpcpdvcprovider",
        "madonvi": "000.00.00.H99",
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--package", type=Path, help="folder of the package; default: khop's own")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    figures = dict(all_figures(options.package or package_folder()))
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    width = max(map(len, figures))
    for name, value in figures.items():
        print(f"{name:{width}}  {value}")


def package_folder() -> Path:
    """The folder of the package that is imported."""
    import khop

    return Path(khop.__file__).parent


def all_figures(package: Path) -> Iterator[tuple[str, int | str]]:
    """Every figure by name: first those of the text, then those of calls and imports."""
    modules = {path: path.read_text("utf-8") for path in sorted(package.rglob("*.py"))}
    trees = {path: ast.parse(text) for path, text in modules.items()}
    lengths = {path: text.count("\n") for path, text in modules.items()}
    folders = [sum(p.parent == folder for p in modules) for folder in {p.parent for p in modules}]
    yield "modules", len(modules)
    yield "lines", sum(lengths.values())
    yield "longest module, lines", max(lengths.values())
    yield "modules over 400 lines", sum(length > 400 for length in lengths.values())
    yield "most modules in a folder", max(folders)
    yield (
        f"constructors with more than {MOST_PARAMETERS} parameters",
        sum(_long_constructors(trees)),
    )
    yield "classes with one public method and no state", sum(map(_is_a_function, _classes(trees)))
    yield "hand-written as_json", len(re.findall(r"def as_json\(", "".join(modules.values())))
    yield "lease renewals written out", _count(modules, r"lease\.renew\(")
    yield (
        "replace(summary, x=summary.x + 1)",
        _count(modules, r"\w+=(self\._)?(summary|was)\.\w+ \+"),
    )
    yield f"private helpers of {SMALL} lines or fewer named once", _small_helpers(modules, trees)
    if package == package_folder():
        yield from depths(package)
        yield from import_times()
        yield "installed packages, MiB", installed_size()


def _count(modules: dict[Path, str], pattern: str) -> int:
    return sum(len(re.findall(pattern, text)) for text in modules.values())


def _classes(trees: dict[Path, ast.Module]) -> Iterator[ast.ClassDef]:
    for tree in trees.values():
        yield from (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def _long_constructors(trees: dict[Path, ast.Module]) -> Iterator[bool]:
    for node in _classes(trees):
        for made in node.body:
            if isinstance(made, ast.FunctionDef) and made.name == "__init__":
                given = [*made.args.posonlyargs, *made.args.args[1:], *made.args.kwonlyargs]
                yield len(given) > MOST_PARAMETERS


def _is_a_function(node: ast.ClassDef) -> bool:
    """One public method, a constructor that only keeps what it is given, and no base class."""
    methods = [made for made in node.body if isinstance(made, ast.FunctionDef)]
    public = [made for made in methods if not made.name.startswith("_")]
    start = next((made for made in methods if made.name == "__init__"), None)
    if node.bases or node.decorator_list or start is None or len(public) != 1:
        return False
    given = {argument.arg for argument in (*start.args.args, *start.args.kwonlyargs)}
    return all(_only_keeps(line, given) for line in start.body if not _is_text(line))


def _only_keeps(line: ast.stmt, given: set[str]) -> bool:
    return (
        isinstance(line, ast.Assign) and isinstance(line.value, ast.Name) and line.value.id in given
    )


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _small_helpers(modules: dict[Path, str], trees: dict[Path, ast.Module]) -> int:
    return sum(
        node.name.startswith("_")
        and not node.name.startswith("__")
        and not node.decorator_list
        and node.body[-1].end_lineno - node.body[0].lineno < SMALL  # type: ignore[operator]
        and len(re.findall(rf"\b{node.name}\b", modules[path])) == 2
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    )


def import_times() -> Iterator[tuple[str, str]]:
    """Seconds that an import takes in a new interpreter: the least of five."""
    for what in ("import khop", "import khop.connectors.igate", "from khop import open_engine"):
        code = (
            f"import time; begun = time.perf_counter(); {what}; print(time.perf_counter() - begun)"
        )
        command = [sys.executable, "-c", code]
        runs = [
            subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(5)
        ]
        yield f"seconds of {what}", f"{min(float(run.stdout) for run in runs):.3f}"


def installed_size() -> int:
    """Everything that is installed beside khop in this environment."""
    folder = Path(sysconfig.get_path("purelib"))
    return round(sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 2**20)


def depths(package: Path) -> Iterator[tuple[str, int | str]]:
    """khop's own frames between an adapter's method and the HTTP client, for single calls."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "secret").write_text("not-a-real-secret", "utf-8")
        for source, calls in _calls().items():
            adapter = _adapter(source, folder)
            for call, work in calls.items():
                yield f"own frames, {source} {call}", _frames(adapter, work, package)
            adapter.close()


def _calls() -> dict[str, dict[str, Callable[[Any], object]]]:
    return {
        "igate": {
            "page": lambda adapter: adapter.page(0),
            "detail": lambda adapter: adapter.detail("0" * 24),
        },
        "dvcqg": {"look_up": lambda adapter: adapter.look_up("H99.12-261110-0001")},
    }


def _adapter(source: str, folder: Path) -> Any:
    from khop.adapters.ports import Context, Role

    (point,) = [p for p in entry_points(group="khop.adapters") if p.name == source]
    kind = point.load()
    settings = kind.settings.model_validate({"adapter": source, **_SOURCES[source]})
    context = Context(b"0" * 32, folder, lambda: datetime.now(UTC), None)  # type: ignore[arg-type]
    return kind.build(source, Role(_SOURCES[source]["role"]), settings, context)


def _frames(adapter: Any, work: Callable[[Any], object], package: Path) -> int | str:
    """How many functions of the package, but the adapter's own, are under way when the last
    request of ``work`` is sent."""
    seen: list[int] = []

    def send(client: httpx.Client, request: httpx.Request, **_: object) -> httpx.Response:
        stack = traceback.extract_stack()
        seen.append(sum(Path(frame.filename).is_relative_to(package) for frame in stack))
        body = {"access_token": "t", "expires_in": 300, "session": "s", "error_code": "0"}
        return httpx.Response(200, json=body, request=request)

    with mock.patch.object(httpx.Client, "send", send):
        try:
            work(adapter)
        except KhopError as error:
            if not seen:
                return f"not measured: {error}"
    return seen[-1] - 1


if __name__ == "__main__":
    main()
