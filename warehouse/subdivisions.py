"""Which areas lie in which: the country of a code, and the subdivisions above it."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from evidence.errors import UsageError

SUBDIVISIONS = Path(__file__).with_name("subdivisions.toml")


@lru_cache(maxsize=2)
def parents(path: Path = SUBDIVISIONS) -> dict[str, str]:
    """The subdivision that each subdivision lies in, by code. Raises ``UsageError`` naming the file, the key and what was expected."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name}: expected TOML in UTF-8: {error}") from None
    found: dict[str, str] = {}
    for number, row in enumerate(content.get("inside", []), start=1):
        parent, areas = row.get("parent"), row.get("areas")
        if not isinstance(parent, str) or len(parent.partition("-")[0]) != 2:
            raise UsageError(f"{path.name}: inside[{number}].parent: expected an ISO 3166-2 code, found {parent!r}")
        if not isinstance(areas, list) or not all(isinstance(area, str) and area for area in areas):
            raise UsageError(f"{path.name}: inside[{number}].areas: expected codes without their country, found {areas!r}")
        for area in areas:
            code = f"{parent.partition('-')[0]}-{area}"
            if code in found:
                raise UsageError(f"{path.name}: inside[{number}].areas: expected each code once, found {code} twice")
            found[code] = parent
    return found


def lies_in(code: str | None, country: str | None) -> list[str]:
    """The codes of all that a place lies in beyond itself, the nearest first: GB-GLG in GB lies in GB-SCT and GB."""
    found: list[str] = []
    above = parents()
    at = code
    while at and (at := above.get(at)) and at not in found:
        found.append(at)
    outermost = country or (code or "").partition("-")[0]
    return [*found, outermost] if outermost and outermost != code else found
