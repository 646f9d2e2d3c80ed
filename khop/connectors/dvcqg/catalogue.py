"""The portal's catalogues (docs/systems/dvcqg.md).

Rows are returned as the portal writes them; ``khop.mappings.dvcqg.catalogue`` reads them. Each
method raises ConnectorError, and returns () when the portal answered that there are none.
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
    """Reads the lists that the portal publishes."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def procedures(self, unit: str | None = None) -> tuple[Row, ...]:
        """``MATTHC``, ``TENTTHC`` of all procedures; only a wrapper can list those of one unit."""
        if unit is None:
            return self._exchange.found(Call("LayDanhSachTTHC", shared=True))
        return self._exchange.found(Call("LayDanhSachTTHCDonVi", {"maDonVi": unit}, shared=True))

    def procedure(self, code: str) -> tuple[Row, ...]:
        """The description of one procedure, with time limits, fees, papers and results."""
        return self._exchange.found(Call("LayThuTuc", {"maTTHC": code}))

    def online_services(self) -> tuple[Row, ...]:
        """The online services: ``MADVC``, ``TENDVC``, and where they apply."""
        return self._exchange.found(Call("LayDVC"))

    def decision(self, id: str) -> tuple[Row, ...]:
        """The decision that announced a procedure, by its ``IDQUYETDINHCONGBO``."""
        return self._exchange.found(Call("LayQDCB", {"idQDCB": id}))

    def units(self) -> tuple[Row, ...]:
        """``MADONVI``, ``TENDONVI``, ``CAPDONVI``."""
        return self.dictionary("LayDanhMucCoQuan")

    def sectors(self) -> tuple[Row, ...]:
        """``MALINHVUC``, ``TENLINHVUC``, ``MANGANH``."""
        return self.dictionary("LayDanhMucLinhVuc")

    def dictionary(self, service: str) -> tuple[Row, ...]:
        """Any list of codes, by the full name of its service."""
        if not _DICTIONARY.fullmatch(service):
            detail = "the name of such a service starts with LayDanhMuc"
            raise Refused(self._exchange.system, "LayDanhMuc", detail=detail)
        return self._exchange.found(Call(service, shared=True))
