"""Codes: what a dossier's code itself gives away (family E)."""

from __future__ import annotations

import ibis.expr.types as ir

from khop.mappings.codes import code_patterns
from khop.sync.rules.rule import Clock, Rule, Severity


def _unknown_shape(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    known = "|".join(f"(?:{pattern})" for pattern in code_patterns().values())
    return case.os_native_id.notnull() & ~case.code.re_search(known)


RULES = (
    Rule(
        id="E7",
        name_en="Unknown code shape",
        name_vi="Mã hồ sơ không theo dạng đã biết",
        severity=Severity.S4,
        acts="QTHT",
        basis="specs/domain.md 1.3",
        explanation_en="The dossier's code has none of the known shapes.",
        explanation_vi="Mã hồ sơ không khớp với dạng mã nào đã biết.",
        shows=("os_received",),
        predicate=_unknown_shape,
    ),
)
