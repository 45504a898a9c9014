"""The gazetteer: names of places with their ISO 3166 codes.

Council areas of the United Kingdom, regions of other countries and the countries themselves come from pycountry (ISO 3166-2, 3166-1); towns,
health systems, other areas and English names of foreign regions from ``gazetteer/united_kingdom.toml`` and ``gazetteer/abroad.toml``; cities
elsewhere from ``gazetteer/world.csv``. Beside them lie given names, by which people are known who are called like places.
"""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "gazetteer"
WORD = re.compile(r"[A-ZÀ-ÖØ-Þ][\w'.-]*")
SHORTEST_REGION = 5
"""Letters. Shorter names of foreign regions (Ain, Lot, Var, Jura) are more often words or people."""
HOME = "GB"


@dataclass(frozen=True, slots=True)
class Entry:
    """A name with its ISO 3166 code (None where no code names it) and ISO 3166-1 country.

    ``kind`` is locality or system (United Kingdom), world (a city elsewhere), region (elsewhere), country, or nation (of the United Kingdom,
    which is where a whole policy holds, no place of its own). ``wide`` areas hold many localities.
    """

    name: str
    code: str | None
    kind: str
    ambiguous: bool
    country: str = HOME
    wide: bool = False


@cache
def gazetteer() -> dict[str, tuple[Entry, ...]]:
    """Entries by the first word of their name, longest name first."""
    entries: dict[str, Entry] = {}
    for entry in (*_abroad(), *_home()):
        for name in (entry.name, entry.name.replace(" and ", " & "), _unaccented(entry.name)):
            if name == entry.name or name not in entries:
                entries[name] = entry if name == entry.name else replace(entry, name=name)
    by_word: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries.values():
        start = WORD.match(entry.name)
        by_word[start[0] if start else entry.name.split()[0]].append(entry)
    return {word: tuple(sorted(found, key=lambda entry: -len(entry.name))) for word, found in by_word.items()}


@cache
def given_names() -> frozenset[str]:
    """Before a name of the gazetteer they say that it is a person's."""
    return frozenset(_content("given_names")["names"])


@cache
def _content(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _home() -> Iterator[Entry]:
    content = _content("united_kingdom")
    doubtful, wide = set(content["ambiguous"]), set(content["wide"])
    named: dict[str, Entry] = {}
    for name, code in _council_areas():
        named[name] = Entry(name, code, "locality", name in doubtful)
    for code, names in content["localities"].items():
        for name in names:
            named[name] = Entry(name, code, "locality", name in doubtful, wide=name in wide)
    for name in content["systems"]:
        named[name] = Entry(name, None, "system", name in doubtful, wide=name in wide)
    for name in content["nations"]:
        named[name] = Entry(name, None, "nation", False, wide=True)
    yield from named.values()


def _council_areas() -> Iterator[tuple[str, str]]:
    import pycountry

    for area in pycountry.subdivisions.get(country_code=HOME):  # type: ignore[no-untyped-call, unused-ignore]
        if area.parent_code is None:
            continue
        name = re.sub(r"\s*\[.*?\]", "", area.name)
        name = re.sub(r"^(.*), (?:City of|County|The)$", r"\1", name)
        if "," not in name:
            yield name, area.code


def _abroad() -> Iterator[Entry]:
    content = _content("abroad")
    doubtful = set(_content("united_kingdom")["ambiguous"]) | set(content["ambiguous"])
    for name, code in _countries():
        yield Entry(name, code, "country", False, code, True)
    regions: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, code in _regions():
        regions[code[:2]].append((name, code))
        if len(name) >= SHORTEST_REGION and name not in doubtful and not set(name.split()) <= set(content["words"]):
            yield Entry(name, code, "region", True, code[:2], True)
    with (FOLDER / "world.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            code = _called_after(row["name"], regions.get(row["code"], ())) or row["code"]
            yield Entry(row["name"], code, "world", row["name"] in doubtful, code[:2])
    for code, names in content["cities"].items():
        for name in names:
            yield Entry(name, code, "world", name in doubtful, code)
    for code, names in content["regions"].items():
        for name in names:
            yield Entry(name, code, "region", False, code[:2], True)


def _called_after(city: str, regions: Iterable[tuple[str, str]]) -> str | None:
    """The code of the region that bears the city's name, in which it lies (Cork, Utrecht); None where several bear it (capital and province)."""
    words = set(city.split())
    bearing = {(name, code) for name, code in regions if words <= set(re.findall(r"[^\W_]+", name))}
    name, code = next(iter(bearing), ("", ""))
    return code if len(bearing) == 1 and name == city else None


def _countries() -> Iterator[tuple[str, str]]:
    import pycountry

    for country in pycountry.countries:
        if country.alpha_2 != HOME:
            yield getattr(country, "common_name", country.name).split(",")[0], country.alpha_2
    for code, names in _content("abroad")["countries"].items():
        for name in names:
            yield name, code


def _regions() -> Iterator[tuple[str, str]]:
    """Names of first-level and second-level areas outside the United Kingdom, without what only says that they are areas."""
    import pycountry

    for area in pycountry.subdivisions:
        if area.country_code == HOME:
            continue
        for name in re.split(r"\s*[\[\]]\s*", area.name):
            name = re.sub(r",.*$|s län$| län$|^(?:Provincia|Región|Comunidad) de ", "", name).strip()
            if WORD.match(name) and not re.search(r"\d", name):
                yield name, area.code


@cache
def _other_names() -> dict[str, str]:
    return {_folded(other): _folded(name) for name, others in _content("united_kingdom")["other_names"].items() for other in others}


_STROKES = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "Ae"})
"""Letters that Unicode does not take apart into a plain one and an accent."""


def _unaccented(name: str) -> str:
    """As English texts print it: "Zurich", "Malmo", "Lodz"."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter)).translate(_STROKES)


def _folded(name: str) -> str:
    return " ".join(_unaccented(name).replace("&", " and ").replace("-", " ").casefold().removeprefix("the ").split())


def place_key(name: str) -> str:
    """The name by which two printings of one place are known to be the same: small letters, no accents, "and", one of several names."""
    folded = _folded(name)
    return _other_names().get(folded, folded)
