"""Mutation score of the rules of the domain: ``python -m bench.mutation [MODULE ...]``.

mutmut changes one thing at a time in the functions of the modules that ``[tool.mutmut]`` of
pyproject.toml names, and runs the tests that reach the function. A change that no test notices
survives. A MODULE is a folder and a name, such as ``codes/dossier``; a folder alone, such as
``codes``, means all its modules. Progress goes to stderr, a row for each module to stdout. Ends
with 1 when a module scores below 85 % or all of them below 97 %, with 2 when mutmut stopped
before its end. Constants and decorated functions are not changed (docs/mutation.md).
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

#: Per cent of the changes of a module that tests must notice.
LEAST_SCORE = 85.0
#: Per cent of all changes, where all modules were tried.
LEAST_IN_ALL = 97.0
#: A change that never ends, or breaks the process or the types, counts as noticed.
_NOTICED = frozenset({"killed", "timeout", "suspicious", "segfault", "caught by type check"})
_MISSED = frozenset({"survived", "no tests"})

#: Where mutmut keeps the changed modules and the result of each change.
_KEPT = Path("mutants")
#: The tests that ``[tool.mutmut]`` selects.
TESTS = "tests/mappings tests/text"
_MUTMUT = (sys.executable, "-m", "mutmut")
_NOT_TRIED = "not checked"
#: mutmut's own line: ``12/5438  🎉 11 🫥 0  ⏰ 0  🤔 0  🙁 1 ...``.
_COUNTS = re.compile(r"(\d+)/(\d+) .*🙁 (\d+)")
_STEP = re.compile(r"(?:[⠀-⣿] )?((?:Generating|Running|Listing) [a-z ]+)")
_SECONDS_BETWEEN = 30.0
#: So many lines of mutmut are shown when it stopped: the end of a failed test.
_LAST_LINES = 40


def main(arguments: list[str]) -> int:
    """Run mutmut on the named modules, or on all, and print the scores."""
    options = _options(arguments)
    if not options.modules and not options.resume:
        shutil.rmtree(_KEPT, ignore_errors=True)
    if not options.resume:
        # Which tests reach a function may have changed since the last run.
        (_KEPT / "mutmut-stats.json").unlink(missing_ok=True)
    # mutmut copies files, and never deletes one that was renamed or updates a data file.
    shutil.rmtree(_KEPT / "tests", ignore_errors=True)
    data = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree("khop", _KEPT / "khop", ignore=data, dirs_exist_ok=True)
    patterns = [pattern_of(module) for module in options.modules]
    stopped = run_mutmut([*_MUTMUT, "run", *patterns])
    lines = [] if stopped else _listed()
    if stopped or (not patterns and any(_NOT_TRIED in line for line in lines)):
        print(_what_to_do(stopped), file=sys.stderr)
        return 2
    scores = {name: row for name, row in scores_of(lines).items() if row}
    print_scores(scores)
    return int(not is_enough(scores, whole=not patterns))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.mutation")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="codes/dossier; else all")
    parser.add_argument(
        "--continue",
        dest="resume",
        action="store_true",
        help="go on with a run that was stopped; what it has tried already is not tried again",
    )
    return parser.parse_args(arguments)


def pattern_of(module: str) -> str:
    """mutmut's pattern for the changes of ``codes/dossier``, or of the folder ``codes``."""
    return f"*.{module.replace('/', '.')}.*"


def run_mutmut(command: list[str]) -> list[str]:
    """Run mutmut; returns its last lines when it stopped before its end, else none."""
    tell = Progress(lambda line: print(line, file=sys.stderr, flush=True), time.monotonic)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        try:
            last = deque(tell.of(process.stdout), _LAST_LINES)
        except KeyboardInterrupt:
            process.wait()  # mutmut was interrupted too, and ends what it started
            return ["interrupted"]
    return [*last, f"mutmut ended with {process.returncode}"] if process.returncode else []


class Progress:
    """Reports mutmut's steps and counts, at most every half minute, to a person who waits."""

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._tell = tell
        self._clock = clock
        self._step = ""
        self._first: tuple[float, int] | None = None
        self._told = 0.0

    def of(self, lines: Iterable[str]) -> Iterator[str]:
        """Report steps and counts; give every other line, as they come."""
        for line in lines:
            if counts := _COUNTS.search(line):
                self._count(*map(int, counts.groups()))
            elif step := _STEP.match(line):
                self._begin(step.group(1).strip())
            elif line.strip():
                yield line.rstrip()

    def _begin(self, step: str) -> None:
        if step != self._step:
            self._step = step
            self._tell(f"mutmut: {step} ...")

    def _count(self, tried: int, of: int, missed: int) -> None:
        now = self._clock()
        if self._first is None:
            self._first = now, tried
        elif now - self._told < _SECONDS_BETWEEN and tried < of:
            return
        self._told = now
        left = self._left(now, tried, of)
        self._tell(f"mutmut: {tried} of {of} changes tried, {missed} not noticed{left}")

    def _left(self, now: float, tried: int, of: int) -> str:
        """The least time the rest takes; slow changes come last, so it may take longer."""
        assert self._first is not None
        since, before = self._first
        if tried <= before or tried >= of:
            return ""
        minutes = (now - since) / (tried - before) * (of - tried) / 60
        return f", more than {minutes:.0f} min to go"


def _what_to_do(stopped: list[str]) -> str:
    return "\n".join(
        [
            *stopped,
            "mutmut stopped before its end, so there is no score.",
            "Mostly a test fails without any change where mutmut runs it; to see which:",
            f"  cd {_KEPT} && MUTANT_UNDER_TEST= {sys.executable} -m pytest -x {TESTS}",
            "If the run was interrupted, `python -m bench.mutation --continue` goes on from here.",
            "`python -m mutmut show NAME` prints a change, `python -m mutmut results` those left.",
        ]
    )


def _listed() -> list[str]:
    results = [*_MUTMUT, "results", "--all", "true"]
    return subprocess.run(results, capture_output=True, text=True, check=True).stdout.splitlines()


def scores_of(lines: Iterable[str]) -> Mapping[str, Counter[bool]]:
    """Module, with its folder -> how many changes were noticed (True) and missed.

    A line of mutmut's list is ``khop.text.cleaning.x_clean_text__mutmut_3: survived``. Other
    states, such as ``not checked``, are not counted.
    """
    scores: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for line in lines:
        mutant, _, state = line.strip().rpartition(": ")
        module = "/".join(mutant.split(".")[-3:-1])
        if state in _NOTICED or state in _MISSED:
            scores[module][state in _NOTICED] += 1
    return scores


def is_enough(scores: Mapping[str, Counter[bool]], *, whole: bool) -> bool:
    """Whether the tests noticed enough of each module and, of a ``whole`` run, of all."""
    if not scores or any(score(row) < LEAST_SCORE for row in scores.values()):
        return False
    return not whole or score(sum(scores.values(), Counter[bool]())) >= LEAST_IN_ALL


def score(row: Counter[bool]) -> float:
    """Per cent of the changes that were noticed."""
    return 100 * row[True] / row.total()


def print_scores(scores: Mapping[str, Counter[bool]]) -> None:
    """A Markdown table, for the docs."""
    print("| Module | Changes | Noticed | Score |", "|---|---|---|---|", sep="\n")
    for module, row in sorted(scores.items()):
        print(f"| `{module}` | {row.total()} | {row[True]} | {score(row):.1f} % |")
    total: Counter[bool] = sum(scores.values(), Counter())
    if total:
        print(f"| all | {total.total()} | {total[True]} | {score(total):.1f} % |")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
