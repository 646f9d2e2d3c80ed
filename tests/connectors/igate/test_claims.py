"""The claims inside a token of Keycloak."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khop.connectors.igate.claims import claims_of, read_claims
from tests.connectors.igate.keycloak import jwt
from tests.connectors.scripted import Sample


def test_the_claims_of_the_sample_are_read(sample: Sample) -> None:
    claims = read_claims(json.loads(sample("igate/tok-08.json")))
    assert claims.username == "canbo.mau"
    assert (claims.user_id, claims.account_id) == (
        "64a000000000000000000001",
        "64a000000000000000000002",
    )
    assert claims.experience == ("64a000000000000000000003", "64a000000000000000000004")
    assert claims.deployment_id == "64a000000000000000000005"
    assert claims.permissions == {"oneGateDossierLookup", "oneGateDossierProcessing"}
    assert claims.life == 86_400
    assert "canbo.mau" not in repr(claims)


def test_the_claims_of_a_jwt_are_read(sample: Sample) -> None:
    payload = json.loads(sample("igate/tok-08.json"))
    assert claims_of(jwt(payload)) == read_claims(payload)
    claims = claims_of(jwt({"preferred_username": "nguyễn.văn?>"}))
    assert claims is not None
    assert claims.username == "nguyễn.văn?>"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "t1",
        "eyJhbGciOi.fake.token",
        "a.b",
        "a.!!!.c",
        "a.ñ.c",
        jwt([1]),
        jwt("x"),
        "a." * 2,
        "e30." + "A" * 70_000 + ".x",
    ],
)
def test_other_tokens_have_no_claims(token: Any) -> None:
    assert claims_of(token) is None


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"exp": "soon", "iat": True, "permissions": 7, "experience": {"a": 1}},
        {"exp": float("inf"), "iat": None, "permissions": [None, {}, {"permission": []}]},
    ],
)
def test_claims_of_other_types_are_left_out(odd: Any) -> None:
    claims = read_claims(odd)
    assert claims.life is None
    assert (claims.permissions, claims.experience) == (frozenset(), ())


def test_posts_may_be_a_list_and_permissions_plain_codes() -> None:
    claims = read_claims({"experience": ["a", " b "], "permissions": ["x", {"code": "y"}]})
    assert claims.experience == ("a", "b")
    assert claims.permissions == {"x", "y"}
