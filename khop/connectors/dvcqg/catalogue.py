"""The portal's catalogues as the wire gives them (docs/systems/dvcqg.md).

Rows come as they are; ``khop.mappings.dvcqg.catalogue`` reads them. Each method raises
ConnectorError, and answers () when the portal said that it has nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from khop.connectors.dvcqg.dialects import Call
from khop.connectors.dvcqg.exchange import Exchange
from khop.errors import Refused

Row = Mapping[str, object]

_DICTIONARY = re.compile(r"LayDanhMuc[A-Za-z]{1,60}")


class Catalogue:
    """Reads what the portal publishes."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def procedures(self, unit: str | None = None) -> tuple[Row, ...]:
        """``MATTHC``, ``TENTTHC`` of all procedures; of one unit through a wrapper alone."""
        if unit is None:
            return self._found(Call("LayDanhSachTTHC", shared=True))
        return self._found(Call("LayDanhSachTTHCDonVi", {"maDonVi": unit}, shared=True))

    def procedure(self, code: str) -> tuple[Row, ...]:
        """The description of one procedure, with limits, fees, papers and results."""
        return self._found(Call("LayThuTuc", {"maTTHC": code}))

    def online_services(self) -> tuple[Row, ...]:
        """The public services: ``MADVC``, ``TENDVC``, and where they apply."""
        return self._found(Call("LayDVC"))

    def decision(self, id: str) -> tuple[Row, ...]:
        """The decision that announced a procedure, by its ``IDQUYETDINHCONGBO``."""
        return self._found(Call("LayQDCB", {"idQDCB": id}))

    def units(self) -> tuple[Row, ...]:
        """``MADONVI``, ``TENDONVI``, ``CAPDONVI``."""
        return self.dictionary("LayDanhMucCoQuan")

    def sectors(self) -> tuple[Row, ...]:
        """``MALINHVUC``, ``TENLINHVUC``, ``MANGANH``."""
        return self.dictionary("LayDanhMucLinhVuc")

    def dictionary(self, service: str) -> tuple[Row, ...]:
        """Any list of codes, by the whole name of its service."""
        if not _DICTIONARY.fullmatch(service):
            detail = "the name of a dictionary's service starts with LayDanhMuc"
            raise Refused(self._exchange.system, "LayDanhMuc", detail=detail)
        return self._found(Call(service, shared=True))

    def _found(self, call: Call) -> tuple[Row, ...]:
        return self._exchange.found(call)
