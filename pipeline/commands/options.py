"""Options that many commands share."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from evidence.base import Base
from evidence.errors import UsageError
from evidence.settings import settings


def in_utf8(value: Any) -> Any:
    """The value of a text option as it came. Raises ``UsageError`` for bytes that are not UTF-8, which no query or label can hold."""
    for one in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(one, str):
            try:
                one.encode("utf-8")
            except UnicodeEncodeError:
                shown = one.encode("utf-8", "backslashreplace").decode("utf-8")
                raise UsageError(f"{shown!r} is not UTF-8 text; set the terminal to UTF-8 and write it again") from None
    return value


BaseOption = Annotated[Path | None, typer.Option("--base", metavar="DIR", help="The evidence base (default ./base, or INTEGRAND_BASE).")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document (or JSON lines) on stdout, nothing else.")]


def base_root(given: Path | None) -> Path:
    return given if given is not None else settings().base


def existing_base(given: Path | None) -> Base:
    """The base to consult. Raises ``UsageError`` where there is none."""
    return Base(base_root(given)).require()


def parse_date(name: str, text: str | None) -> date | None:
    """An ISO date (YYYY, YYYY-MM, YYYY-MM-DD) given to an option. Raises ``UsageError`` for anything else."""
    if text is None:
        return None
    for form in ("%Y-%m-%d", "%Y-%m", "%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise UsageError(f"{name} {text}: not a date; write YYYY-MM-DD, YYYY-MM or YYYY")
