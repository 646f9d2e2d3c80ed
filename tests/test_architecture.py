"""The tree is as docs/architecture.md says, and stays easy to find one's way in."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import grimp
import pytest

from tools.repository import ROOT, pages

PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
#: Pages about what there is; the list of changes names what there was.
GUIDES = [page for page in pages() if page.name != "CHANGELOG.md"]
every_guide = pytest.mark.parametrize("page", GUIDES, ids=lambda page: str(page.relative_to(ROOT)))
ROOMS = ("khop", "tests", "bench", "docs", "tools")
CODE = ("khop", "tests", "bench", "tools")


def _files(*rooms: str, suffixes: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    """The files below some folders, without what programs leave there."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in suffixes and "__pycache__" not in path.parts:
                yield path


def _folders(room: str, depth: int) -> set[str]:
    """Folders of a room that hold files, down to ``depth`` parts of their path."""
    suffixes = (".py", ".toml", ".md", ".svg", ".json", ".html", ".tsv", ".xsd", ".sql")
    folders: set[str] = set()
    for path in _files(room, suffixes=suffixes):
        parts = path.relative_to(ROOT).parts[:-1]
        folders |= {"/".join(parts[:n]) for n in range(1, min(len(parts), depth) + 1)}
    return folders


def test_every_folder_is_named_in_the_architecture() -> None:
    named = set(re.findall(r"`([a-z_/]+)`", PAGE))
    there = _folders("khop", 9) - {"khop"}
    there |= (
        _folders("tests", 2) | _folders("bench", 9) | _folders("docs", 9) | _folders("tools", 9)
    )
    assert there <= named, f"name these in docs/architecture.md: {sorted(there - named)}"


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_tree_of_the_readme_names_every_room(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    (tree,) = re.findall(r"^\| (?:Folder|Thư mục) \|.*?\n\n", text, re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"`([a-z_/.]+)`", tree))
    rooms = {path for path in _folders("khop", 2) if path != "khop"} | set(ROOMS) - {"khop"}
    assert rooms <= named
    assert [path for path in named - {"khop.toml"} if not (ROOT / path).exists()] == []


@every_guide
def test_every_path_on_a_page_exists(page: Path) -> None:
    paths = re.findall(r"`((?:khop|tests|bench|docs|tools)/[^`<*{ ]*)`", page.read_text("utf-8"))
    assert [path for path in paths if not (ROOT / path).exists()] == []


@every_guide
def test_every_dotted_name_on_a_page_leads_to_something(page: Path) -> None:
    for name in re.findall(r"`(khop(?:\.\w+)+)`", page.read_text("utf-8")):
        if name not in ("khop.toml", "khop.key", "khop.db", "khop.env"):
            assert _resolves(name), f"{page.name}: {name}"


def _resolves(name: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    parts = name.split(".")
    for n in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:n]))
        except ModuleNotFoundError:
            continue
        for part in parts[n:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def test_no_two_modules_import_each_other() -> None:
    """Imports for the type checker alone count too."""
    graph = grimp.build_graph("khop", cache_dir=None)
    imported = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as error:
        pytest.fail(f"these import each other: {' -> '.join(error.args[1])}")


def _citations(text: str) -> Iterator[tuple[str, list[str]]]:
    """The pages that a file cites, each with the sections it names.

    Written ``docs/rules.md``, ``docs/domain.md (Codes, States)`` or ``(docs/domain.md, Codes)``.
    What stands behind a colon or a semicolon is a remark.
    """
    line = re.sub(r"\n\s*(?:#:? ?)?", " ", text)
    for page, behind, inside in re.findall(
        r"\b(docs/[\w/-]+\.md)(?: \(([^)\x22]*)\)|, ((?:[A-Z][^,.;:)\x22]*(?:, )?)+))?", line
    ):
        named = re.split(r"[:;]", behind or inside)[0]
        yield page, [part.strip(" +") for part in named.split(",") if part.strip()]


def test_citations_are_read_in_every_form() -> None:
    text = '''"""One (docs/domain.md, Codes,
    States).
    """
source = "docs/domain.md (Clock): a remark; docs/rules.md, F1: another"'''
    assert list(_citations(text)) == [
        ("docs/domain.md", ["Codes", "States"]),
        ("docs/domain.md", ["Clock"]),
        ("docs/rules.md", ["F1"]),
    ]


def test_every_page_and_section_that_is_cited_exists() -> None:
    missing = []
    for path in _files(*CODE, suffixes=(".py", ".toml", ".xsd", ".wsdl", ".sql", ".md")):
        for name, sections in _citations(path.read_text("utf-8")):
            page = ROOT / name
            text = page.read_text("utf-8") if page.exists() else ""
            heads = {head.split(":")[0] for head in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
            if not page.exists() or not set(sections) <= heads:
                missing.append((str(path.relative_to(ROOT)), name, sections))
    assert missing == []


#: Pages that were never in the repository, and numbers of their sections.
_ELSEWHERE = re.compile(
    r"\bspecs/|\b(?:design|house|style)\.md|(?<!docs/)\brules(?:-2)?\.md"
    r"|\.md\b[),]? *\d|[ (]\([1-9]\.\d{1,2}\)[.,;:]?(?= |\"|$)",
    re.MULTILINE,
)


def test_nothing_cites_a_page_that_is_not_here() -> None:
    files = [ROOT / name for name in ("pyproject.toml", "Makefile", "CONTRIBUTING.md")]
    files += list(_files("khop", "bench", "tools", suffixes=(".py", ".toml")))
    found = {
        str(path.relative_to(ROOT)): hits
        for path in files
        if (hits := _ELSEWHERE.findall(path.read_text("utf-8")))
    }
    assert found == {}


def test_every_package_has_a_docstring() -> None:
    packages = [path for path in _files("khop") if path.name == "__init__.py"]
    assert len(packages) > 40
    undocumented = [
        path for path in packages if not ast.get_docstring(ast.parse(path.read_bytes()))
    ]
    assert [str(path.relative_to(ROOT)) for path in undocumented] == []


def test_no_module_is_long_and_no_folder_is_crowded() -> None:
    """A long module wants to be two; a crowded folder wants rooms."""
    modules = list(_files(*CODE))
    folders = Counter(path.parent.relative_to(ROOT) for path in modules)
    lines = {path.relative_to(ROOT): path.read_text("utf-8").count("\n") for path in modules}
    assert {path: count for path, count in lines.items() if count > 400} == {}
    assert {path: count for path, count in folders.items() if count > 25} == {}


def test_no_two_test_modules_define_the_same_helper() -> None:
    """Equal functions and classes of one name have one home. Each module has its own tests."""
    homes: dict[tuple[str, str], list[str]] = {}
    for path in _files("tests"):
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[:5] != "test_":
                homes.setdefault((node.name, ast.dump(node)), []).append(str(path))
    assert {key[0]: paths for key, paths in homes.items() if len(paths) > 1} == {}
