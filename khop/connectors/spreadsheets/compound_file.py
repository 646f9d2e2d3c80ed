"""Reads one stream of a compound file, the container of old office files ([MS-CFB]).

::

    header ── DIFAT ── FAT: the next sector of each sector
                        ├── directory: name, start and size of each stream
                        └── mini stream and mini FAT, for streams under 4,096 bytes
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_HEADER, _ENTRY = 512, 128
_DIFAT_OF_HEADER = 109
#: Sector numbers from here on are marks: free, end of chain, FAT, DIFAT.
_FIRST_MARK = 0xFFFFFFFA
_STREAM, _ROOT = 2, 5


class DamagedFileError(Exception):
    """A file that does not follow its format."""


class CompoundFile:
    """A compound file. Raises DamagedFileError."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(_SIGNATURE) or len(data) < _HEADER:
            raise DamagedFileError
        self._data = data
        (shift,) = struct.unpack_from("<H", data, 30)
        if shift not in (9, 12):
            raise DamagedFileError
        self._size = 1 << shift
        (self._directory,) = struct.unpack_from("<I", data, 48)
        self._small, mini_fat = struct.unpack_from("<II", data, 56)
        self._fat = self._numbers(self._fat_sectors())
        self._mini_fat = self._numbers(self._chain(mini_fat, self._fat))
        self._entries = self._read_directory()

    def stream(self, *names: str) -> bytes:
        """The first of these streams that there is."""
        for name in names:
            if (place := self._entries.get(name.lower())) is not None:
                return self._content(*place)
        raise DamagedFileError

    def _content(self, start: int, size: int) -> bytes:
        if size >= self._small:
            return self._joined(self._chain(start, self._fat))[:size]
        mini = self._joined(self._chain(self._root[0], self._fat))
        pieces = (mini[each << 6 : (each + 1) << 6] for each in self._chain(start, self._mini_fat))
        return b"".join(pieces)[:size]

    def _read_directory(self) -> dict[str, tuple[int, int]]:
        """Name in lower case -> first sector and size."""
        found: dict[str, tuple[int, int]] = {}
        self._root = (_FIRST_MARK, 0)
        directory = self._joined(self._chain(self._directory, self._fat))
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            place = struct.unpack_from("<II", directory, at + 116)
            name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
            if kind == _ROOT:
                self._root = place
            elif kind == _STREAM:
                found.setdefault(name.lower(), place)
        return found

    def _fat_sectors(self) -> Iterator[int]:
        data = self._data
        yield from struct.unpack_from(f"<{_DIFAT_OF_HEADER}I", data, 76)
        (number,) = struct.unpack_from("<I", data, 68)
        for _ in range(len(data) // self._size):
            if number >= _FIRST_MARK:
                return
            (*sectors, number) = self._numbers([number])
            yield from sectors

    def _numbers(self, sectors: Iterator[int] | Sequence[int]) -> Sequence[int]:
        content = self._joined(each for each in sectors if each < _FIRST_MARK)
        return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])

    def _chain(self, start: int, following: Sequence[int]) -> Iterator[int]:
        """The sectors from one on."""
        seen = 0
        while start < _FIRST_MARK:
            if start >= len(following) or seen > len(following):
                raise DamagedFileError
            yield start
            start, seen = following[start], seen + 1

    def _joined(self, sectors: Iterator[int]) -> bytes:
        size, data = self._size, self._data
        return b"".join(data[(each + 1) * size : (each + 2) * size] for each in sectors)
