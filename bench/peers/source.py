"""The login and the pages, for the peers that are not khop; over one connection."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import httpx

from khop.sandbox.accounts.igate import CLIENT_ID, CLIENT_SECRET, TOKEN_PATH

PAGE_SIZE = 500
_SEARCH = "/pa/dossier/search"


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The command line of a pull peer."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--url", required=True, help="the one-stop's address")
    parser.add_argument("--folder", type=Path, required=True, help="where the peer may write")
    parser.add_argument("--size", type=int, required=True, help="dossiers to read")
    return parser


def pages(url: str, size: int) -> Iterator[httpx.Response]:
    """The pages that hold the first ``size`` dossiers, one after the other."""
    with httpx.Client(base_url=url, timeout=30.0, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {_token(client)}"}
        query = {"size": str(PAGE_SIZE), "spec": "page", "sort": "updatedDate,desc"}
        for number in range(-(-size // PAGE_SIZE)):
            params = {**query, "page": str(number)}
            yield client.get(_SEARCH, params=params, headers=headers).raise_for_status()


def _token(client: httpx.Client) -> str:
    form = {"grant_type": "client_credentials"}
    answer = client.post(TOKEN_PATH, data=form, auth=(CLIENT_ID, CLIENT_SECRET))
    token: str = answer.raise_for_status().json()["access_token"]
    return token
