"""``khop template``: an empty workbook of a kind of file, to be filled in and read by khop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from khop.cli.exit_codes import OK
from khop.cli.files import write_whole
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError

_LIST = "list"


def template(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="option.template", metavar="KIND")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="option.template_output", metavar="FILE")
    ] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.mappings.paper.office.templates import templates

    shell = shell_of(context, config, format)
    known = templates()
    if name == _LIST:
        return _show(shell)
    if name not in known:
        raise KhopError(shell.words("error.template", name=name, known=", ".join(known)))
    path = output or Path(f"khop-{name}.xlsx")
    if path.exists():
        raise KhopError(shell.words("error.template_there", path=path))
    from khop.audit.formats.template_xlsx import write_template

    write_whole(path, shell, lambda beside: write_template(beside, known[name]))
    if shell.as_json:
        shell.show_json({"kind": name, "file": str(path)})
    shell.note("template.written", path=path, name=name)
    return OK


def _show(shell: Shell) -> int:
    """The kinds, with the columns of each."""
    from khop.mappings.paper.office.templates import templates

    rows = [
        {"kind": each.name, "columns": [" / ".join(one.header) for one in each.columns]}
        for each in templates().values()
    ]
    if shell.as_json:
        shell.show_json({"templates": rows})
    else:
        lines = ((row["kind"], ", ".join(row["columns"])) for row in rows)
        shell.show(result_table(shell.words, ("template", "headers"), lines))
    return OK
