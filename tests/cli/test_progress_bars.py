"""Progress bars on a terminal."""

from __future__ import annotations

import io

from rich.console import Console

from khop.cli.language import command_words
from khop.cli.progress_bars import ProgressBars


def _terminal() -> tuple[io.StringIO, Console]:
    out = io.StringIO()
    return out, Console(file=out, force_terminal=True, width=100, color_system=None)


def test_a_bar_shows_the_task_and_its_progress() -> None:
    out, console = _terminal()
    bars = ProgressBars(console, command_words("en"))
    bars.start("igate", 10)
    bars.advance("igate", 4)
    bars.advance("igate", 1, total=20)
    bars.start("dvcqg")
    bars.close()
    assert "igate" in out.getvalue()
    assert "5/20" in out.getvalue()


def test_an_unknown_task_is_ignored() -> None:
    out, console = _terminal()
    bars = ProgressBars(console, command_words("en"))
    bars.advance("nothing")
    bars.finish("nothing")
    assert out.getvalue() == ""
    bars.start("igate", 10)
    bars.advance("nothing", 4)
    bars.finish("nothing")
    bars.close()
    assert "0/10" in out.getvalue()
    assert "nothing" not in out.getvalue()


def test_after_close_new_bars_can_start() -> None:
    out, console = _terminal()
    bars = ProgressBars(console, command_words("en"))
    bars.start("igate")
    bars.close()
    bars.start("dvcqg", 1)
    bars.close()
    assert "dvcqg" in out.getvalue()
    assert out.getvalue().count("\x1b[?25h") == out.getvalue().count("\x1b[?25l") > 0
