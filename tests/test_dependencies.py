"""The versions of other packages that pyproject.toml allows, and those that are tried."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
#: What ``dev`` installs. Extras that it does not name are tried by hand.
REQUIRED = [*PROJECT["dependencies"], *EXTRAS["dev"]]
for extra in re.findall(r"\w+", "".join(re.findall(r"khop\[(.*?)\]", " ".join(EXTRAS["all"])))):
    REQUIRED += EXTRAS[extra]
PINNED = ("constraints.txt", "constraints-lowest.txt")


def pins(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    names = (line.split(";")[0].split("==") for line in lines)
    return {name.lower().replace("_", "-"): version.strip() for name, version in names}


def bounds() -> dict[str, str]:
    """Name -> the lowest version that is allowed."""
    found = (re.match(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)", text) for text in REQUIRED)
    return {each[1]: each[2] for each in found if each}


def numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


@pytest.mark.parametrize("file", PINNED)
def test_every_dependency_has_a_pinned_version(file: str) -> None:
    assert len(bounds()) > 20
    assert bounds().keys() <= pins(file).keys()


def test_the_lowest_versions_that_are_tried_are_the_lowest_allowed() -> None:
    """Else run ``make lowest``. A bound 3.2 may be 3.2.1, where there is no 3.2.0."""
    lowest = pins("constraints-lowest.txt")
    other = {
        name: (bound, lowest[name])
        for name, bound in bounds().items()
        if numbers(lowest[name])[: len(numbers(bound))] != numbers(bound)
        and [*numbers(bound), 0] != numbers(lowest[name])
    }
    assert other == {}


def test_every_pinned_file_has_its_digests() -> None:
    """Else run ``make hashes``."""
    text = (ROOT / "constraints-hashes.txt").read_text("utf-8").replace("\\\n", " ")
    hashed = {}
    for line in text.splitlines():
        requirement, *hashes = line.split("--hash=")
        name, version = requirement.split(";")[0].split("==")
        hashed[name.lower().replace("_", "-")] = version.strip()
        assert hashes, name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64} *", each) for each in hashes), name
    assert hashed == pins("constraints.txt")


def test_a_build_takes_the_versions_that_are_pinned() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]
    wanted = dict(each.split("==") for each in build["requires"])
    assert wanted
    assert wanted.items() <= pins("constraints.txt").items()
