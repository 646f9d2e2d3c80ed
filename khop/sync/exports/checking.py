"""Whether an export in a folder of this machine is as it was made."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

from khop.errors import KhopError
from khop.sync.exports.manifest import MANIFEST, Manifest, read_manifest
from khop.sync.results import ExportCheck
from khop.text.digest import hex_digest
from khop.text.local_time import local_text


def check_export(folder: Path) -> ExportCheck:
    """Compare every file with the manifest. Raises KhopError for a folder without a usable one."""
    try:
        text = (folder / MANIFEST).read_text("utf-8")
        manifest = read_manifest(text, str(folder))
        problems = tuple(sorted(_problems(folder, manifest)))
    except OSError as error:
        raise KhopError(f"{folder} cannot be read ({error.strerror})") from None
    return ExportCheck(
        folder=str(folder),
        province=manifest.province,
        made=local_text(manifest.made_us),
        files=len(manifest.files),
        rows=manifest.rows,
        digest=hex_digest(text.encode()),
        problems=problems,
    )


def _problems(folder: Path, manifest: Manifest) -> Iterator[tuple[str, str]]:
    known = {MANIFEST}
    for file in manifest.files:
        known.add(file.path)
        if not (folder / file.path).is_file():
            yield file.path, "missing"
            continue
        with (folder / file.path).open("rb") as content:
            if file_digest(content, "sha256").hexdigest() != file.sha256:
                yield file.path, "changed"
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known:
            yield name, "unknown"
