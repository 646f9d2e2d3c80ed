"""The answers of the population database, in the forms of docs/systems/population.md."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from khop.sandbox.population.people import Member, People, Person
from khop.sandbox.population.soap import BCA, MIC, Tree, build

_EMPTY_NAME: Tree = [("Ho", ""), ("ChuDem", ""), ("Ten", "")]
_NO_ADDRESS = ("MaTinhThanh", "MaQuanHuyen", "MaPhuongXa", "ChiTiet", "QuocGia")
#: (province, district, commune, text) until June 2025; since then without a district.
_OLD_PLACES = (
    ("01", "001", "00004", "12 ngõ Ví Dụ, Phường Mẫu, Quận Mẫu, Thành phố Mẫu"),
    ("38", "387", "15043", "Thôn 1, Xã Mẫu, Huyện Mẫu, Tỉnh Mẫu"),
)
_NEW_PLACES = (
    ("01", "", "00070", "Phòng 1203, Phường Mẫu, Thành phố Mẫu"),
    ("24", "", "07681", "Số 5 tổ dân phố Mẫu"),
)
_GROUPS = {"DanToc": ("MaDanToc", "TenGoi"), "TonGiao": ("MaTonGiao", "TenGoi")}


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one answer.

    ``prefix``: of its namespace; None: the default namespace. ``absent``: empty elements are left
    out. ``split``: names in three parts, in title case. ``decomposed``: Unicode NFD. ``birth``:
    year and day, the day only, or the day with dashes. ``grouped``: codes and addresses in the
    groups of the standard. ``attributes``: the collection has attributes. ``zeros_lost``: codes
    without leading zeros. ``unknown_element``: an element that is in no specification.
    ``shuffled``: the elements of a record in another order.
    """

    prefix: str | None
    absent: bool
    split: bool
    decomposed: bool
    birth: str
    grouped: bool
    attributes: bool
    zeros_lost: bool
    unknown_element: bool
    shuffled: bool


def draw_form(rng: Random, odd: float) -> Form:
    """A random form for one answer. ``odd``: the part of answers with each rarer trait."""

    def rare() -> bool:
        return rng.random() < odd

    return Form(
        prefix=rng.choice(("ns1", "ns2", None)) if rare() else "ns1",
        absent=rare(),
        split=rare(),
        decomposed=rare(),
        birth=rng.choice(("day", "dashed")) if rare() else "both",
        grouped=rare(),
        attributes=rare(),
        zeros_lost=rng.random() < odd / 4,
        unknown_element=rng.random() < odd / 4,
        shuffled=rng.random() < odd / 4,
    )


def verdict(known: bool | None, rng: Random, odd: float) -> Any:
    """The answer to a verification; without a verdict for None (docs/systems/population.md)."""
    name = "KetQuaXacThucResponse" if rng.random() < odd / 4 else "KetQuaXacThuc"
    prefix = rng.choice(("ns2", None)) if rng.random() < odd else "dan"
    words = ("1", "0") if rng.random() < odd / 2 else ("true", "false")
    tree: Tree = [] if known is None else [("TonTai", words[0] if known else words[1])]
    return build(BCA, prefix, name, tree)


def not_found(rng: Random) -> list[Any]:
    """ "Not found" in one of its forms: an empty collection, one with a note, or no collection."""
    match rng.randrange(3):
        case 0:
            return []
        case 1:
            return [build(MIC, "ns1", "CongdanCollection", [])]
    noted = {"SoCongDan": "0", "GhiChu": "Không tìm thấy"}
    return [build(MIC, "ns1", "CongdanCollection", [], noted)]


def collection(records: Iterable[Tree], form: Form, rng: Random) -> Any:
    """A collection of records in this form."""
    rows: Tree = [("CongDan", _finished(record, form, rng)) for record in records]
    attributes = None
    if form.attributes:
        attributes = {
            "SoCongDan": str(len(rows)),
            "GhiChu": "",
            "ThoiDiemDuLieu": "2026-03-18T09:15:30.000+07:00",
            "id": f"7d0f3c11-0000-4000-8000-{rng.getrandbits(48):012x}",
        }
    return build(MIC, form.prefix, "CongdanCollection", rows, attributes)


def record(person: Person, people: People, form: Form) -> Tree:
    """The complete record of a person, in the order of real answers."""
    head = people.household(person)[0]
    relation = next(
        m.relation for m in people.household(person) if m.person.number == person.number
    )
    kin = people.kin(person)
    return [
        *_identity(person, form),
        ("GioiTinh", str(person.sex)),
        ("DanToc", _code("DanToc", _ethnic(person), form)),
        ("TonGiao", _code("TonGiao", "00", form)),
        ("TinhTrangHonNhan", "2" if kin["VoChong"] else "1"),
        ("NhomMau", "00"),
        ("NgayThangNamSinh", _birth(person, form)),
        ("NoiDangKyKhaiSinh", _address(person, 1, form)),
        ("QuocTich", "VN" if person.index % 2 else ""),
        ("QueQuan", _address(person, 2, form)),
        ("ThuongTru", _address(person, 3, form)),
        ("NoiOHienTai", _address(person, 4, form)),
        *((name, _relative(relative, form)) for name, relative in kin.items()),
        ("NguoiDaiDien", _relative(None, form)),
        ("ChuHo", _head(head.person, relation, form)),
        ("SoSoHoKhau", f"{100_200_000 + person.index}" if person.index % 2 else ""),
    ]


def kin_record(person: Person, people: People, form: Form) -> Tree:
    """A person with the known parents (docs/systems/population.md)."""
    parents = [(name, people.kin(person)[name]) for name in ("Cha", "Me")]
    return [
        *_identity(person, form),
        ("NgayThangNamSinh", _birth(person, form)),
        *((name, _relative(parent, form)) for name, parent in parents if parent is not None),
    ]


def member_record(member: Member, head: Person, form: Form) -> Tree:
    """A member of a household (docs/systems/population.md)."""
    return [
        *_identity(member.person, form),
        ("NgayThangNamSinh", _birth(member.person, form)),
        ("ChuHo", _head(head, member.relation, form)),
        ("SoSoHoKhau", f"{100_200_000 + head.index}"),
    ]


def _identity(person: Person, form: Form) -> Tree:
    return [
        ("SoDinhDanh", person.number),
        ("SoCMND", person.card),
        ("HoVaTen", _name(person.name, form)),
    ]


def _name(name: str, form: Form) -> Tree:
    if not form.split:
        return [("Ho", ""), ("ChuDem", ""), ("Ten", name.upper())]
    family, *middle, given = name.split()
    return [("Ho", family), ("ChuDem", " ".join(middle)), ("Ten", given)]


def _birth(person: Person, form: Form) -> Tree:
    if person.year_only:
        year = f"{person.birth:%Y}"
        # "0000" only fills up the date (docs/systems/population.md).
        filled: Tree = [("NgayThangNam", f"{year}0000")] if form.grouped else []
        return [("Nam", year), *filled]
    if form.birth == "dashed":
        return [("NgayThangNam", f"{person.birth:%Y-%m-%d}")]
    day: Tree = [("NgayThangNam", f"{person.birth:%Y%m%d}")]
    return day if form.birth == "day" else [("Nam", f"{person.birth:%Y}"), *day]


def _ethnic(person: Person) -> str:
    return "01" if person.index % 3 else f"{1 + person.index * 5 % 54:02d}"


def _code(name: str, code: str, form: Form) -> str | Tree:
    shown = code.lstrip("0") or "0" if form.zeros_lost else code
    if not form.grouped:
        return shown
    return [(_GROUPS[name][0], shown), (_GROUPS[name][1], "")]


def _address(person: Person, which: int, form: Form) -> Tree:
    """One of a person's addresses; some are empty."""
    if (person.index + which) % 6 == 0:
        return [(name, "VN" if name == "QuocGia" else "") for name in _NO_ADDRESS]
    places = _OLD_PLACES if person.index % 3 == 0 else _NEW_PLACES
    province, district, commune, text = places[(person.index + which) % len(places)]
    if form.grouped:
        return [("MaDonViHanhChinh", commune), ("ChiTiet", text), ("QuocGia", "VN")]
    values = (province, district, commune, text, "VN")
    return list(zip(_NO_ADDRESS, values, strict=True))


def _relative(person: Person | None, form: Form) -> Tree:
    """A relative, as in real answers with one name, or as in the standard with a split name."""
    name, number, card, nation = "", "", "", ""
    if person is not None:
        name, card, nation = person.name, person.card, "VN"
        number = "" if card and person.index % 3 == 0 else person.number
    if form.split:
        parts = _name(name, form) if name else _EMPTY_NAME
        return [("SoDinhDanh", number), ("QuocTich", nation), ("HoVaTen", parts)]
    return [
        ("HoVaTen", name.upper()), ("QuocTich", nation), ("SoDinhDanh", number), ("SoCMND", card),
    ]  # fmt: skip


def _head(head: Person, relation: str, form: Form) -> Tree:
    name: str | Tree = _name(head.name, form) if form.split else head.name.upper()
    return [
        ("QuanHe", relation), ("SoDinhDanh", head.number), ("SoCMND", head.card), ("HoVaTen", name),
    ]  # fmt: skip


def _finished(tree: Tree, form: Form, rng: Random) -> Tree:
    """A record with those traits of the form that affect every element."""
    if form.decomposed:
        tree = _decomposed(tree)
    if form.absent:
        tree = _without_empty(tree)
    if form.unknown_element:
        tree = [*tree, ("LoaiTaiKhoan", "1")]
    if form.shuffled:
        tree = rng.sample(tree, len(tree))
    return tree


def _decomposed(tree: Tree) -> Tree:
    return [(name, _nfd(value)) for name, value in tree]


def _nfd(value: str | Tree) -> str | Tree:
    if isinstance(value, str):
        return unicodedata.normalize("NFD", value)
    return _decomposed(value)


def _without_empty(tree: Tree) -> Tree:
    kept: Tree = []
    for name, value in tree:
        inner = value if isinstance(value, str) else _without_empty(value)
        if inner:
            kept.append((name, inner))
    return kept
