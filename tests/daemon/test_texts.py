"""What people read of an alarm, in both languages."""

from __future__ import annotations

import pytest

from khop.daemon.alarms.names import AlarmName, Kind
from khop.daemon.alarms.texts import ALARM_TEXTS, STEPS, Told, text_of, without_codes
from khop.daemon.streams import WELL, State
from khop.mappings.codes.grammar import code_grammar
from khop.text.translation import sentences
from tests.daemon.told import START
from tools.repository import ROOT

OK_US = START - 3600_000_000


def told(state: str = "down", about: str = "igate", **changes: object) -> Told:
    values: dict[str, object] = {
        "kind": Kind.BEGAN,
        "ended": None,
        "detail": None,
        "opened_us": START,
        "ok_us": OK_US,
        "is_source": True,
    }
    return Told(about=about, state=state, **{**values, **changes})  # type: ignore[arg-type]


def test_a_source_that_fails_is_told_with_its_findings_and_what_to_do() -> None:
    detail = "igate search: cannot be reached (check its address and the network)"
    text = text_of(told(detail=detail), "en")
    assert text.title == "igate fails"
    assert text.lines == (
        "igate fails each time; its last run that ended well was at 06:00 20/11/2026.",
        "The findings know of igate what it said until 06:00 20/11/2026.",
        f"The last error: {detail}",
        "What to do: docs/operate.md, section “A stream fails”.",
    )


def test_the_same_in_vietnamese() -> None:
    detail = "igate search: cannot be reached (check its address and the network)"
    text = text_of(told(detail=detail, kind=Kind.REMINDER), "vi")
    assert text.title == "vẫn còn: igate bị lỗi"
    assert text.lines == (
        "igate lần nào chạy cũng lỗi; lần chạy xong tốt gần nhất là lúc 06:00 20/11/2026.",
        (
            "Về igate, danh sách sai lệch chỉ tính đến những gì hệ thống này cho biết lúc "
            "06:00 20/11/2026."
        ),
        "Lỗi gần nhất: igate search: không kết nối được (hãy kiểm tra địa chỉ và mạng)",
        "Cách xử lý: docs/operate.vi.md, mục “Một nguồn hoặc một bước bị lỗi”.",
    )


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("ok_us", [OK_US, None])
@pytest.mark.parametrize("kind", [Kind.BEGAN, Kind.REMINDER])
@pytest.mark.parametrize("state", list(ALARM_TEXTS))
def test_every_state_and_name_has_whole_sentences(
    state: str, kind: Kind, ok_us: int | None, lang: str
) -> None:
    for about, is_source in [("igate", True), ("sweep", False), *((step, False) for step in STEPS)]:
        asked = told(state, about, kind=kind, ok_us=ok_us, is_source=is_source)
        text = text_of(asked, lang)  # type: ignore[arg-type]
        assert len(text.lines) == 3
        assert not any("{" in line for line in (text.title, *text.lines))


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("ended", [*sorted(WELL), "gone", "cleared"])
@pytest.mark.parametrize("state", list(ALARM_TEXTS))
def test_the_end_of_every_alarm_has_a_sentence(state: str, ended: str, lang: str) -> None:
    text = text_of(told(state, kind=Kind.ENDED, ended=ended), lang)  # type: ignore[arg-type]
    assert len(text.lines) == 1
    assert text.title.startswith({"vi": "đã hết: ", "en": "over: "}[lang])


def test_every_state_that_is_an_alarm_and_every_name_has_a_text() -> None:
    assert set(ALARM_TEXTS) == {*(set(State) - WELL), *AlarmName}


def test_every_text_leads_to_a_heading_of_both_pages() -> None:
    vietnamese = sentences("vi")
    for page, heading in [
        *(("operate.md", text.heading) for text in ALARM_TEXTS.values()),
        *(("operate.vi.md", vietnamese[text.heading]) for text in ALARM_TEXTS.values()),
    ]:
        assert f"\n### {heading}\n" in (ROOT / "docs" / page).read_text("utf-8"), heading


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("dvcqg: H99.05-261112-0002 is bad", "dvcqg: … is bad"),
        ("code 000.00.05.H99-261112-0002; HTTP 500", "code …; HTTP 500"),
        ("dvcqg TraCuuHoSo: HTTP 500; code 3", "dvcqg TraCuuHoSo: HTTP 500; code 3"),
    ],
)
def test_codes_of_dossiers_are_struck_out(text: str, bare: str) -> None:
    assert without_codes(text) == bare


@pytest.mark.parametrize("code", ["HS-2026-00017", "H99.05/12112026/000017"])
def test_codes_of_a_provinces_own_shapes_are_struck_out(code: str) -> None:
    patterns = ["HS-[0-9]{4}-([0-9]{5})", r"H99\.05/[0-9]{8}/([0-9]{6})"]
    shapes = [
        {
            "id": f"own{n}",
            "name": "own",
            "pattern": f"^{p}$",
            "parts": ["serial"],
            "source": "QĐ 12",
        }
        for n, p in enumerate(patterns)
    ]
    codes = code_grammar({"dossier": shapes})
    text = text_of(told(detail=f"igate: {code} is bad; HTTP 500"), "en", codes)
    assert "The last error: igate: … is bad; HTTP 500" in text.lines
