"""The simulated population database: the persons it finds, and the forms of its answers."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from khop.sandbox.world.world import World
from tests.sandbox.population.client import (
    HOUSEHOLD,
    KIN,
    LOOK_UP,
    MIC,
    VERIFY,
    PopulationClient,
    local,
    person_in_database,
    running_population,
    text,
)


@pytest.fixture
def plain(world: World) -> Iterator[PopulationClient]:
    """A client that gets answers in the usual form only."""
    with running_population(world, odd=0.0) as client:
        yield client


def test_matching_data_are_true_and_other_data_false(client: PopulationClient) -> None:
    person = person_in_database(client)
    assert client.verdict(person) is True
    assert client.verdict(person, HoVaTen="NGUYENVANKHAC") is False
    assert client.verdict(person, NgayThangNamSinh={"NgayThangNam": "19000101"}) is False
    assert client.verdict(person, SoDinhDanh="099999999999") is False
    assert client.kinds() == []


def test_a_year_and_a_dashed_day_are_accepted(client: PopulationClient) -> None:
    person = person_in_database(client)
    assert client.verdict(person, NgayThangNamSinh={"Nam": f"{person.birth:%Y}"}) is True
    dashed = {"NgayThangNam": f"{person.birth:%Y-%m-%d}"}
    assert client.verdict(person, NgayThangNamSinh=dashed) is True


def test_some_persons_have_only_a_year_of_birth(plain: PopulationClient) -> None:
    person = plain.app.people.citizen(3)
    assert person is not None
    assert person.year_only
    (record,) = plain.records(LOOK_UP, person)
    assert text(record, "NgayThangNamSinh", "Nam") == f"{person.birth:%Y}"
    assert text(record, "NgayThangNamSinh", "NgayThangNam") is None


def test_some_citizens_are_missing(client: PopulationClient, world: World) -> None:
    missing = [n for n in range(100) if client.app.people.citizen(n) is None]
    assert 0 < len(missing) < 20
    number = world.register.citizen(missing[0]).identity
    assert client.verdict(person_in_database(client), SoDinhDanh=number) is False


def test_the_birth_is_the_local_day_of_the_one_stops_utc_time(client: PopulationClient) -> None:
    person = client.app.people.citizen(0)
    assert person is not None
    assert f"{person.birth:%Y-%m-%d}" == "1970-01-02"


def test_two_persons_share_an_old_card_number(plain: PopulationClient) -> None:
    person = plain.app.people.citizen(0)
    assert person is not None
    rows = plain.records(LOOK_UP, person, SoDinhDanh="", SoCMND=person.card)
    assert len(rows) == 2
    assert {text(row, "SoCMND") for row in rows} == {person.card}
    assert len({text(row, "SoDinhDanh") for row in rows}) == 2
    assert len({text(row, "HoVaTen", "Ten") for row in rows}) == 2


def test_number_and_card_must_be_of_one_person(client: PopulationClient) -> None:
    person = person_in_database(client)
    assert client.verdict(person, SoCMND=person.card) is True
    assert client.verdict(person, SoCMND="299999999") is False


def test_a_number_of_the_test_environment_is_found(plain: PopulationClient) -> None:
    person = plain.app.people.by_number("100000000003")
    assert person is not None
    (record,) = plain.records(LOOK_UP, person)
    assert text(record, "SoDinhDanh") == "100000000003"


def test_the_usual_record_has_the_form_of_real_answers(plain: PopulationClient) -> None:
    person = person_in_database(plain, 2)
    (record,) = plain.records(LOOK_UP, person)
    assert record.prefix == "ns1"
    assert [local(child) for child in record] == [
        "SoDinhDanh", "SoCMND", "HoVaTen", "GioiTinh", "DanToc", "TonGiao", "TinhTrangHonNhan",
        "NhomMau", "NgayThangNamSinh", "NoiDangKyKhaiSinh", "QuocTich", "QueQuan", "ThuongTru",
        "NoiOHienTai", "Cha", "Me", "VoChong", "NguoiDaiDien", "ChuHo", "SoSoHoKhau",
    ]  # fmt: skip
    assert text(record, "HoVaTen", "Ten") == person.name.upper()
    assert text(record, "HoVaTen", "Ho") == ""
    birth = text(record, "NgayThangNamSinh", "NgayThangNam")
    assert birth == f"{person.birth:%Y%m%d}"
    assert text(record, "NguoiDaiDien", "HoVaTen") == ""


def test_every_form_of_a_record_has_the_same_content(world: World) -> None:
    seen: Counter[str] = Counter()
    with running_population(world, odd=0.4) as client:
        person = person_in_database(client, 5)
        for _ in range(120):
            (record,) = client.records(LOOK_UP, person)
            seen.update(traits(record))
            assert text(record, "SoDinhDanh") == person.number
            assert spelt(record) == unicodedata.normalize("NFC", person.name.upper())
    assert seen.keys() == {
        "ns1", "ns2", "default", "split", "decomposed", "attributes", "dashed", "day alone",
        "both", "absent", "grouped", "zeros lost", "strange", "shuffled",
    }  # fmt: skip


def traits(record: Any) -> Iterator[str]:
    yield record.prefix or "default"
    yield from (("split",) if text(record, "HoVaTen", "Ho") else ())
    full = "".join(record.find(f"{MIC}HoVaTen").itertext())
    yield from (("decomposed",) if not unicodedata.is_normalized("NFC", full) else ())
    yield from (("attributes",) if record.getparent().get("SoCongDan") else ())
    day = text(record, "NgayThangNamSinh", "NgayThangNam") or ""
    year = text(record, "NgayThangNamSinh", "Nam")
    yield "dashed" if "-" in day else "both" if year else "day alone"
    yield from (("absent",) if record.find(f"{MIC}NguoiDaiDien") is None else ())
    yield from (("grouped",) if text(record, "DanToc", "MaDanToc") else ())
    yield from (("zeros lost",) if text(record, "TonGiao") == "0" else ())
    yield from (("strange",) if text(record, "LoaiTaiKhoan") else ())
    yield from (("shuffled",) if local(record[0]) != "SoDinhDanh" else ())


def spelt(record: Any) -> str:
    parts = [text(record, "HoVaTen", name) for name in ("Ho", "ChuDem", "Ten")]
    return unicodedata.normalize("NFC", " ".join(filter(None, parts)).upper())


def test_addresses_have_three_levels_or_two(plain: PopulationClient) -> None:
    districts: Counter[Any] = Counter()
    for index in range(12):
        if person := plain.app.people.citizen(index):
            (record,) = plain.records(LOOK_UP, person)
            districts[bool(text(record, "ThuongTru", "MaQuanHuyen"))] += 1
    assert districts.keys() == {True, False}


def test_not_found_has_three_forms(client: PopulationClient) -> None:
    person = person_in_database(client)
    roots = [client.ask(LOOK_UP, person, HoVaTen="KHONGCOAI") for _ in range(30)]
    notes = {"no collection" if root is None else root.get("GhiChu") for root in roots}
    assert notes == {"no collection", None, "Không tìm thấy"}
    assert all(root is None or len(root) == 0 for root in roots)


def test_verdicts_have_several_prefixes_and_spellings(world: World) -> None:
    with running_population(world, odd=0.5) as client:
        person = person_in_database(client)
        roots = [client.ask(VERIFY, person) for _ in range(60)]
    assert {root.prefix for root in roots} == {"dan", "ns2", None}
    assert {root[0].text for root in roots} == {"true", "1"}
    assert {local(root) for root in roots} == {"KetQuaXacThuc", "KetQuaXacThucResponse"}


def test_kin_has_both_parents_or_only_the_mother(plain: PopulationClient) -> None:
    parents: Counter[Any] = Counter()
    for index in range(30):
        person = plain.app.people.citizen(index)
        if person is not None and not person.year_only:
            (record,) = plain.records(KIN, person)
            fathers = record.find(f"{MIC}Cha") is not None
            assert record.find(f"{MIC}Me") is not None
            parents[fathers] += 1
    assert parents.keys() == {True, False}


def test_a_relative_is_in_the_database(plain: PopulationClient) -> None:
    person = person_in_database(plain)
    (record,) = plain.records(KIN, person)
    number = text(record, "Me", "SoDinhDanh") or ""
    card = text(record, "Me", "SoCMND") or ""
    (mother,) = plain.app.people.find(number, card)
    assert text(record, "Me", "HoVaTen") == mother.name.upper()


def test_every_record_of_a_household_has_its_head(plain: PopulationClient) -> None:
    sizes: Counter[Any] = Counter()
    for index in range(30):
        person = plain.app.people.citizen(index)
        if person is not None and not person.year_only:
            rows = plain.records(HOUSEHOLD, person)
            sizes[len(rows)] += 1
            heads = {text(row, "ChuHo", "SoDinhDanh") for row in rows}
            assert heads == {text(rows[0], "SoDinhDanh")}
            assert text(rows[0], "ChuHo", "QuanHe") == "CH01"
            assert person.number in {text(row, "SoDinhDanh") for row in rows}
    assert sizes.keys() == {1, 2, 3}
