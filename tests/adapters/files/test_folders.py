"""Which files of a folder or a pattern are read: links, sizes, depth."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from khop.connectors.spreadsheets.model import TableLimits
from khop.errors import ConfigError
from tests.adapters.files.tables import all_rows, logbook, write


def names(folder: Path, path: str) -> list[str]:
    return [file.name for file in logbook(folder, path).files()]


def refusals(folder: Path, path: str) -> dict[str, str]:
    """Why files cannot be read, by name."""
    source = logbook(folder, path)
    found: dict[str, str] = {}
    for file in source.files():
        try:
            list(source.rows(file))
        except ConfigError as refused:
            found[file.name] = str(refused)
    return found


@pytest.mark.parametrize("path", ["so/**/*.csv", "so/**", "**/*.csv", "so/*/../*.csv", "so", "s*"])
def test_links_to_folders_are_not_followed(tmp_path: Path, path: str) -> None:
    write(tmp_path / "so" / "a.csv")
    for name in ("l1", "l2"):
        (tmp_path / "so" / name).symlink_to(".")
    found = names(tmp_path, path)
    assert [Path(name).name for name in found] == ["a.csv"] * len(found)
    assert len(found) <= 1
    assert len(all_rows(logbook(tmp_path, "so/**/*.csv"))) == 1


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("so/*.csv", ["a.csv"]),
        ("so/**/*.csv", ["2026/11/c.csv", "2026/b.csv", "a.csv"]),
        ("so/**", ["2026/11/c.csv", "2026/b.csv", "a.csv"]),
        ("so/*/*.csv", ["2026/b.csv"]),
        ("so/20??/**/c.csv", ["2026/11/c.csv"]),
        ("so/[0-9]*/b.csv", ["2026/b.csv"]),
        ("s*/2026/*.csv", ["so/2026/b.csv"]),
        ("so/.*/*.csv", [".old/d.csv"]),
        ("so/**/x.csv", []),
    ],
)
def test_a_pattern_matches_part_by_part(tmp_path: Path, path: str, found: list[str]) -> None:
    for name in ("a.csv", "2026/b.csv", "2026/11/c.csv", ".old/d.csv", "2026/.old/e.csv"):
        write(tmp_path / "so" / name)
    assert names(tmp_path, path) == found


def test_a_link_to_a_file_inside_counts_once_and_one_outside_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    write(folder / "a.csv")
    write(folder / "kept" / "b.csv")
    outside = write(tmp_path / "secret.csv")
    (folder / "again.csv").symlink_to("a.csv")
    (folder / "b.csv").symlink_to("kept/b.csv")
    (folder / "none.csv").symlink_to("nothing.csv")
    (folder / "out.csv").symlink_to(outside)
    assert names(tmp_path, "so") == ["a.csv", "b.csv", "out.csv"]
    refused = refusals(tmp_path, "so")
    assert list(refused) == ["out.csv"]
    assert "link to a file outside the folder" in refused["out.csv"]
    assert list(refusals(tmp_path, "so/*.csv")) == ["out.csv"]


def test_a_link_to_a_folder_outside_is_named(tmp_path: Path) -> None:
    write(tmp_path / "other" / "b.csv")
    write(tmp_path / "so" / "a.csv")
    (tmp_path / "so" / "more").symlink_to(tmp_path / "other")
    assert names(tmp_path, "so") == ["a.csv"]
    assert names(tmp_path, "so/*.csv") == ["a.csv"]
    for path in ("so/**/*.csv", "so/*/*.csv"):
        refused = refusals(tmp_path, path)
        assert list(refused) == ["more"]
        assert "give the path of that folder in a source of its own" in refused["more"]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.csv")
    (tmp_path / "so").symlink_to("real")
    assert len(all_rows(logbook(tmp_path, "so"))) == 1
    assert len(all_rows(logbook(tmp_path, "so/*.csv"))) == 1
    (tmp_path / "so.csv").symlink_to("real/a.csv")
    assert len(all_rows(logbook(tmp_path, "so.csv"))) == 1


def test_a_file_that_became_a_link_after_it_was_listed_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "so" / "a.csv")
    source = logbook(tmp_path, "so")
    (file,) = source.files()
    outside = tmp_path / "same.csv"
    path.rename(outside)
    path.symlink_to(outside)
    with pytest.raises(ConfigError, match="link to a file outside"):
        list(source.rows(file))


def test_the_size_is_looked_at_before_the_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "so" / "a.csv")
    large = write(tmp_path / "so" / "b.csv")
    os.truncate(large, 16 << 30)
    read: list[str] = []
    digest = hashlib.file_digest

    def noted(file: Any, name: str) -> Any:
        read.append(Path(file.name).name)
        return digest(file, name)

    monkeypatch.setattr(hashlib, "file_digest", noted)
    files = logbook(tmp_path, "so").files()
    assert [file.name for file in files] == ["a.csv", "b.csv"]
    assert read == ["a.csv"]
    most = TableLimits().file_bytes >> 20
    with pytest.raises(ConfigError, match=f"b.csv has more than {most} MiB"):
        list(logbook(tmp_path, "so").rows(files[1]))


def test_a_pipe_in_a_folder_is_no_table(tmp_path: Path) -> None:
    write(tmp_path / "so" / "a.csv")
    os.mkfifo(tmp_path / "so" / "b.csv")
    assert names(tmp_path, "so") == ["a.csv"]
