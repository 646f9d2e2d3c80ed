"""Text in older encodings is recognised by its words, and ordinary names are left alone."""

# ruff: noqa: RUF001 the signs of older encodings

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.facts.packaged import load_table
from khop.mappings.identity import fold_name
from khop.mappings.paper.older_encodings import Lettering, read_lettering
from khop.mappings.paper.syllables import is_syllable

TONES = "\u0300\u0301\u0303\u0309\u0323"
VOWELS = "aăâeêioôơuưy"


def toned(rime: str, tone: str) -> str:
    """The rime with a tone where Vietnamese writes it: on a marked vowel, else by position."""
    places = [place for place, letter in enumerate(rime) if letter in VOWELS]
    marked = [place for place in places if rime[place] in "ăâêôơư"]
    if marked:
        place = marked[-1]
    elif len(places) < len(rime):
        place = places[-1]
    else:
        place = places[-2] if len(places) > 1 else places[0]
    return unicodedata.normalize("NFC", rime[: place + 1] + tone + rime[place + 1 :])


@cache
def syllables() -> tuple[str, ...]:
    table = load_table("vietnamese_syllables")
    found = {
        beginning + toned(rime, tone)
        for beginning in table["beginnings"]
        for rime in table["rimes"]
        for tone in ("", *TONES)
    }
    return tuple(sorted(filter(is_syllable, found)))


def shown(codes: bytes) -> str:
    """Bytes as a program of Western Europe shows them."""
    return "".join(
        chr(code) if code in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([code]).decode("cp1252")
        for code in codes
    )


def one_byte_each(name: str) -> Callable[[str], str]:
    table = load_table("older_encodings")["single"][name]
    codes = dict(zip(table["letters"], bytes.fromhex(table["bytes"]), strict=True))
    return lambda text: shown(bytes(codes.get(sign, ord(sign)) for sign in text))


# xvnkb, vni.h: the letters of VNI-Times, written down by hand.
VNI = {
    "á": "aù", "à": "aø", "ả": "aû", "ã": "aõ", "ạ": "aï", "â": "aâ", "ấ": "aá", "ầ": "aà",
    "ẩ": "aå", "ẫ": "aã", "ậ": "aä", "ă": "aê", "ắ": "aé", "ằ": "aè", "ẳ": "aú", "ẵ": "aü",
    "ặ": "aë", "é": "eù", "è": "eø", "ẻ": "eû", "ẽ": "eõ", "ẹ": "eï", "ê": "eâ", "ế": "eá",
    "ề": "eà", "ể": "eå", "ễ": "eã", "ệ": "eä", "ó": "où", "ò": "oø", "ỏ": "oû", "õ": "oõ",
    "ọ": "oï", "ô": "oâ", "ố": "oá", "ồ": "oà", "ổ": "oå", "ỗ": "oã", "ộ": "oä", "ơ": "ô",
    "ớ": "ôù", "ờ": "ôø", "ở": "ôû", "ỡ": "ôõ", "ợ": "ôï", "ú": "uù", "ù": "uø", "ủ": "uû",
    "ũ": "uõ", "ụ": "uï", "ư": "ö", "ứ": "öù", "ừ": "öø", "ử": "öû", "ữ": "öõ", "ự": "öï",
    "í": "í", "ì": "ì", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ý": "yù", "ỳ": "yø", "ỷ": "yû",
    "ỹ": "yõ", "ỵ": "î", "đ": "ñ",
}  # fmt: skip


def vni(text: str) -> str:
    return "".join(map(_vni, text))


def _vni(sign: str) -> str:
    written = VNI.get(sign.lower(), sign.lower())
    return written.upper() if sign.isupper() else written


def windows_1258(text: str) -> str:
    out = ""
    for sign in text:
        parts = unicodedata.normalize("NFD", sign)
        tone = "".join(part for part in parts if part in TONES)
        bare = "".join(part for part in parts if part not in TONES)
        out += unicodedata.normalize("NFC", bare) + tone
    return shown(out.encode("cp1258"))


ENCODINGS: dict[str, Callable[[str], str]] = {
    "tcvn3": one_byte_each("tcvn3"),
    "viscii": one_byte_each("viscii"),
    "vni": vni,
    "windows-1258": windows_1258,
    "utf-8": lambda text: shown(text.encode()),
}


def test_the_tables_are_those_of_the_encodings() -> None:
    assert ENCODINGS["tcvn3"]("Ngô Văn Mẫu") == "Ng« V¨n MÉu"
    assert ENCODINGS["vni"]("Nguyễn Văn Mẫu") == "Nguyeãn Vaên Maãu"
    assert ENCODINGS["viscii"]("Trần Thị Mẫu") == "Tr¥n Th¸ Mçu"
    assert ENCODINGS["windows-1258"]("Nguyễn") == "NguyêÞn"
    assert ENCODINGS["utf-8"]("Nguyễn") == "Nguyá»…n"


def is_word(written: str) -> bool:
    """Whether it is no sign alone and no measure."""
    return any(map(str.isascii, written)) and written not in ("m²", "m³")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_syllable_is_read_as_itself_or_not_at_all(encoding: str) -> None:
    write = ENCODINGS[encoding]
    read = left = 0
    some = [each for each in syllables()[::3] if is_word(write(each))]
    for syllable in some:
        written = write(syllable)
        text = read_lettering(written).text
        if text == written:
            left += written != syllable
        elif text is not None:
            assert text == syllable, written
            read += 1
        if text != syllable:
            # The others of its file tell, as far as the text is not one that Vietnamese has too.
            assert read_lettering(written, [encoding]).text in (syllable, None), written
    assert read > 0.4 * len(some)
    assert left < 0.15 * len(some)


FAMILIES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đào Trịnh Lò Tô"
MIDDLES = "Văn Thị Hữu Đức Minh Thanh Ngọc Quốc Xuân Mỹ"
GIVEN = "mẫu hùng hương hạnh tuấn sơn thủy thuỷ hòa hoà anh linh nga bảo ánh yến ơn tú lục phúc tài"
names = st.builds(
    "{} {} {}".format,
    st.sampled_from(FAMILIES.split()),
    st.sampled_from(MIDDLES.split()),
    st.sampled_from(GIVEN.split()),
)


@given(names, st.sampled_from(sorted(ENCODINGS)))
def test_a_name_in_an_older_encoding_is_never_another_name(name: str, encoding: str) -> None:
    if encoding == "tcvn3":  # its fonts of capitals show the small letters
        name = name.lower()
    written = ENCODINGS[encoding](name)
    text, _ = read_lettering(written)
    assert text in (name, None, written)
    among_others = read_lettering(written, [encoding]).text
    assert among_others in (name, None)


@given(st.lists(st.sampled_from(syllables()), min_size=1, max_size=5).map(" ".join))
def test_no_vietnamese_text_is_taken_for_an_older_encoding(text: str) -> None:
    words = set(text.split())
    if not words & {"thò", "vò", "vâ"}:
        assert read_lettering(text) == Lettering(text)
        assert read_lettering(text.upper()) == Lettering(text.upper())


@pytest.mark.parametrize(
    "name",
    [
        "Y Khôn Êban", "H'Hen Niê", "H’Hen Niê", "H´Hen Niê", "Lò Thị Ò", "Ksor H'Bơ", "Mlô Bkrông",
        "Kpă Y Ƀô", "K'Đéo", "Sré Pré", "Hmông Sùng A Pó", "Bríu Liếc", "Zơ Râm Thị Côi", "Ê Đê",
        "Niê Kđăm", "Rơ Ông K'Lưu", "Ayun Rơ Chăm", "Cil Múp", "Liêng Hót", "Touneh Nai",
        "Điểu Krứ", "Ka Să", "K'Brối", "Cill Yă", "Păng Tiêng", "Đa Cát Glê", "H'Bia Êñuôl", "Mjâo",
        "Hwing Niê", "Y Mñô", "Êpul", "Tcha Rích", "Sùng Seo Páo", "Kà Thị Mỷ",
        "Lơ Mu Hà", "Ya Đúc",
        "”", "diện tích 12 m²", "0001²", "“Công ty H”", "José García", "François Müller",
        "René", "Zoë Léa", "Noël", "Søren Åse", "Håkan Öberg",
        "Công ty TNHH Müller Việt Nam", "Nguyễn Văn A & Trần Thị B", "UBND xã Ia Kriêng",
        "UBND phường Đắk Lấp", "Chi nhánh 3 – Sở Tư pháp", "“Hộ ông” Lê Văn C", "Nguyen Van A",
    ],
)  # fmt: skip
def test_uncommon_names_are_no_older_encoding(name: str) -> None:
    assert read_lettering(name) == Lettering(name)
    assert read_lettering(unicodedata.normalize("NFD", name)).encoding == ""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Ng« V¨n MÉu", "Ngô Văn Mẫu"),
        ("NG« V¡N MÉU", "NGô VĂN MẫU"),
        ("UBND x· MÉu 3", "UBND xã Mẫu 3"),
        ("§¬n vÞ: UBND x· MÉu 3", "Đơn vị: UBND xã Mẫu 3"),
        ("TrÇn ThÞ B\u00adëi", "Trần Thị Bưởi"),
        ("NGUYEÃN VAÊN MAÃU", "NGUYỄN VĂN MẪU"),
        ("Ñoã Thò Höông", "Đỗ Thị Hương"),
        ("Maõ hoà sô", "Mã hồ sơ"),
        ("Nguyá»…n VÄƒn Máº«u", "Nguyễn Văn Mẫu"),
        ("HoÃ\xa0ng Thá»‹ Máº«u", "Hoàng Thị Mẫu"),
    ],
)
def test_a_text_is_converted(written: str, read: str) -> None:
    found = read_lettering(written).text
    assert found is not None
    assert fold_name(found) == fold_name(read)


@pytest.mark.parametrize(
    "written",
    [
        "Nguy?n V?n M?u",
        "Nguy\ufffdn V\ufffdn M\ufffdu",
        "Ng« Văn MÉu",
        "Ngô Văn MÉu",  # half of it in Unicode
        "Lª",  # a word of two encodings
        "Vò Thu Anh",  # Vũ in TCVN3, and no name as it stands
    ],
)
def test_a_text_that_may_be_several_is_not_read(written: str) -> None:
    assert read_lettering(written).text is None


def test_other_cells_of_a_file_tell_which_of_two_encodings_it_is() -> None:
    assert read_lettering("Lª", ["tcvn3"]) == Lettering("Lê", "tcvn3")
    assert read_lettering("Tó").text == "Tó"
    assert read_lettering("Tó", ["tcvn3"]).text is None
