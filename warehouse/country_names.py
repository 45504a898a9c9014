"""Countries and nations by their names: Wales is asked for by GB-WLS, and so is what lies in it."""

from __future__ import annotations

import re
from functools import cache

NAMED_NATIONS_OF = ("GB",)
"""Countries whose outermost subdivisions are themselves called countries."""
OTHER_NAMES = {
    "GB": ("UK", "U.K.", "Great Britain", "Britain"), "US": ("USA", "U.S.A.", "U.S."), "GB-WLS": ("Cymru",), "NL": ("Holland",),
    "IE": ("Republic of Ireland", "Éire"), "KR": ("South Korea",), "RU": ("Russia",), "CZ": ("Czech Republic",), "TR": ("Turkey",),
    "CI": ("Ivory Coast",), "MK": ("Macedonia",), "CV": ("Cape Verde",), "SZ": ("Swaziland",), "BN": ("Brunei",), "LA": ("Laos",), "SY": ("Syria",),
}
"""What English texts call countries beside their names of ISO 3166."""


def place_value(given: str) -> str:
    """A place as it is looked for: of a country or nation the code (ISO 3166-1, 3166-2), else the name, in lower case.

    A name that a part of another country bears too (Georgia) is left as it is: its code would miss one of the two.
    """
    name = " ".join(given.split()).casefold()
    return _codes().get(name, name)


@cache
def _codes() -> dict[str, str]:
    import pycountry

    codes: dict[str, str] = {}
    parts = [(area.code, area.country_code, _plain(area.name), area.parent_code) for area in pycountry.subdivisions]
    for country in pycountry.countries:
        for key in ("name", "common_name", "official_name"):
            if name := getattr(country, key, None):
                codes |= {name.casefold(): country.alpha_2.casefold(), name.partition(",")[0].casefold(): country.alpha_2.casefold()}
    twice = {"congo", "korea", "virgin islands"}  # first words of two countries' names in ISO 3166-1
    shared = {name for code, country, name, _ in parts if codes.get(name, country.casefold()) != country.casefold()}
    codes = {name: code for name, code in codes.items() if name not in shared | twice}
    codes |= {name: code.casefold() for code, country, name, parent in parts if country in NAMED_NATIONS_OF and parent is None}
    return codes | {name.casefold(): code.casefold() for code, names in OTHER_NAMES.items() for name in names}


def _plain(name: str) -> str:
    return re.sub(r"\s*\[.*?\]", "", name).casefold()
