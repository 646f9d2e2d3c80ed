"""``khop sandbox``: only the simulated systems, in the foreground."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from khop.cli.options import (
    ConfigOption,
    FaultsOption,
    FormatOption,
    LangOption,
    SeedOption,
    SizeOption,
)
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError


def sandbox(
    context: typer.Context,
    size: SizeOption = 2000,
    seed: SeedOption = 1,
    faults: FaultsOption = 0.0,
    ports: Annotated[
        str | None, typer.Option("--ports", help="option.ports", metavar="NAME=PORT,…")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="option.sandbox_dir", metavar="FOLDER")
    ] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.sandbox.server.serve import serve

    shell = shell_of(context, config, format)
    args = ["--size", str(size), "--seed", str(seed), "--faults", str(faults)]
    if ports is not None:
        args += ["--ports", _checked_ports(shell, ports)]
    if folder is not None:
        args += ["--dir", str(folder)]
        shell.note("sandbox.config", path=folder / "khop.toml")
    shell.note("sandbox.stop")
    try:
        return serve(args)
    except OSError as error:
        raise KhopError(shell.words("error.sandbox_failed", reason=error.strerror)) from None


def _checked_ports(shell: Shell, text: str) -> str:
    from khop.sandbox.server.serve import read_ports

    try:
        read_ports(text)
    except ValueError:
        raise KhopError(shell.words("error.ports", text=text)) from None
    return text
