"""Large input: memory is bounded, and the work grows linearly."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from functools import partial

import pytest

from khop.connectors.answer_words import folded
from khop.connectors.dvcqg.envelope import read_text_reply
from khop.connectors.dvcqg.inbound import handle
from khop.connectors.http.answers import Answer, http_date, read_json
from khop.connectors.http.checks import http_address, path_segment
from khop.connectors.http.gateways import gateway_error
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.http.xml import read_xml
from khop.connectors.igate.claims import claims_of
from khop.connectors.igate_ministry.answers import judge_reply
from khop.connectors.population.soap import text_bytes, with_breaks
from khop.connectors.vnpost.feed import object_id
from khop.connectors.vnpost.prices import amount
from khop.connectors.vnpost.results import read_result
from khop.errors import KhopError
from khop.mappings.codes.dossier import parse_code
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.dvcqg.catalogue import plain
from khop.mappings.identity import fold_name, identity_digits, mask_name
from khop.mappings.igate.person import read_birth
from khop.mappings.population.mapping import read_birth as read_population_birth
from khop.mappings.population.names import asked_name
from khop.mappings.population.personal_number import check_personal_number
from khop.mappings.states.status import igate_statuses
from khop.mappings.time.parsing import parse_wire_time
from khop.mappings.urls import public_url
from khop.mappings.vnpost.barcode import read_barcode
from khop.mappings.vnpost.mapping import OrderNumbers, code_text, epoch_time
from khop.mappings.vnpost.orders import phone_number
from khop.mappings.vnpost.places import PlaceTable, fold_place
from khop.text.cleaning import clean_text, cut_text, fold_label
from khop.text.masking import short_text
from tests import paths
from tests.fuzz.growth import MOST, growth
from tests.fuzz.memory_probe import WORK
from tests.fuzz.portal import FakeProvince

pytestmark = pytest.mark.slow

ROOT = paths.ROOT
#: MiB. The longest accepted answer has 32 MiB; a reader may hold it twice and a little more.
MOST_MEMORY = 100
TODAY = date(2026, 3, 18)
OUTCOME = CallOutcome("src", "ask", False)
NUMBERS, PLACES = OrderNumbers("-G", "-T"), PlaceTable({"Hà Nội": 10}, {})
STATUSES = igate_statuses({}, {})


@pytest.mark.parametrize("name", WORK)
def test_too_much_input_is_refused_with_bounded_memory(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.memory_probe", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    outcome, grown = done.stdout.split()
    assert outcome != "read"
    assert int(grown) < MOST_MEMORY


def refused(call: Callable[[], object]) -> None:
    """The call; a refusal is accepted."""
    with suppress(KhopError, ValueError):
        call()


def read_many(read: Callable[[str], object], pattern: str, times: int) -> None:
    refused(lambda: read(pattern * times))


READERS: Mapping[str, Callable[[str], object]] = {
    "read_json, bare": read_json,
    "read_json, a text": lambda text: read_json(f'["{text}"]'),
    "read_json, a list": lambda text: read_json(f"[{text}]"),
    "read_xml": lambda text: read_xml(f"<a>{text}</a>".encode()),
    "http_date": http_date,
    "short_text": short_text,
    "http_address": lambda text: http_address("src", "url", f"https://{text}"),
    "path_segment": lambda text: path_segment("id", text),
    "gateway_error": lambda text: gateway_error(
        Answer(500, {"x-road-error": text}, f'{{"fault":"{text}"}}'.encode()), OUTCOME
    ),
    "folded": folded,
    "read_text_reply": lambda text: read_text_reply(Answer(200, {}, text.encode())),
    "judge_reply": lambda text: judge_reply(
        Answer(200, {}, f'{{"code":"9","message":"{text}"}}'.encode()), OUTCOME
    ),
    "handle, a path": lambda text: handle(text, b"{}", FakeProvince(fails=False)),
    "handle, a field": lambda text: handle(
        "addtthckhuyenmai",
        f'{{"MaHoSo":"1","TepDonDangKy":"{text}"}}'.encode(),
        FakeProvince(fails=False),
    ),
    "claims_of": lambda text: claims_of(f"{text}.{text}.{text}"),
    "with_breaks": lambda text: with_breaks(text.encode()),
    "text_bytes": lambda text: text_bytes(f"<?xml {text}"),
    "object_id": object_id,
    "amount": amount,
    "read_result": lambda text: read_result({"Status": text, "Message": text}),
    "canonical_code": canonical_code,
    "parse_code": parse_code,
    "base_procedure": base_procedure,
    "plain": plain,
    "fold_name": fold_name,
    "identity_digits": identity_digits,
    "mask_name": mask_name,
    "asked_name": asked_name,
    "clean_text": clean_text,
    "fold_label": fold_label,
    "cut_text": lambda text: cut_text(text, 100, 97),
    "parse_wire_time": lambda text: parse_wire_time(text, "f"),
    "read_birth": read_birth,
    "read_birth of the population": lambda text: read_population_birth(text, []),
    "personal number": lambda text: check_personal_number(text, today=TODAY),
    "public_url": lambda text: public_url(f"https://{text}.vn/?{text}", (".local",)),
    "status": lambda text: STATUSES.lookup(text, text),
    "order number": NUMBERS.code,
    "code_text": lambda text: code_text(text, "f"),
    "epoch_time": lambda text: epoch_time(text, "f"),
    "read_barcode": read_barcode,
    "phone_number": lambda text: phone_number(text, "f"),
    "of_address": lambda text: PLACES.of_address(f"a{text}b, Hà Nội{text}c", "f"),
    "fold_place": fold_place,
}
PATTERNS = (
    "a", "1", " ", "\n", "\u00a0", ".", "-", "/", "<", ">", "&", "0", "D-", "1.", "1 ", "12 ",
    "+84", "a@", "@", "a.", ": ", ",", ";", "\\", '\\"', "\\u", "\\ud800", "u000a", "> ", "<a>",
    "http://", "https://a ", "%", "-00", "ŉ", "é", "\u0301", "\u0316\u0300", "ệ", "ﷺ", "\u200b",
    "Đ", "1e", "NaN,", "?&", "==", "[", "{", '{"a":', "thanh cong ", "##",
)  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_the_work_of_a_reader_grows_linearly_with_the_text(name: str) -> None:
    read = READERS[name]
    slow = {
        pattern: ratio
        for pattern in PATTERNS
        if (ratio := growth(partial(read_many, read, pattern), 5_000)) > MOST
    }
    assert slow == {}
