"""Dates as documents print them, to YYYY, YYYY-MM or YYYY-MM-DD."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"
_ANY_YEAR = re.compile(_YEAR)
_ORDINAL = r"(?:\s?(?:st|nd|rd|th)\b)?"
_FORMS = (
    re.compile(rf"\b(?P<d>\d{{1,2}}){_ORDINAL},?\s+(?:of\s+)?(?P<m>{_MONTH})\b\.?,?\s+(?P<y>{_YEAR})\b", re.I),
    re.compile(rf"\b(?P<m>{_MONTH})\b\.?\s+(?P<d>\d{{1,2}}){_ORDINAL},?\s+(?P<y>{_YEAR})\b", re.I),
    re.compile(rf"\b(?P<y>{_YEAR})-(?P<m>\d{{2}})-(?P<d>\d{{2}})(?!\d)"),
    re.compile(rf"\b(?P<y>{_YEAR})/(?P<m>\d{{2}})/(?P<d>\d{{2}})(?!\d)"),
    re.compile(rf"\b(?P<d>\d{{1,2}})[/.](?P<m>\d{{1,2}})[/.](?P<y>{_YEAR})\b"),
    re.compile(rf"\b(?P<m>{_MONTH})\b\.?,?\s+(?P<y>{_YEAR})\b", re.I),
    re.compile(rf"\b(?P<y>{_YEAR})[-/](?P<m>0[1-9]|1[0-2])\b(?![-/\d])"),
    re.compile(rf"\b(?P<y>{_YEAR})\s+(?P<m>{_MONTH})\b(?:\s+(?P<d>\d{{1,2}})\b)?", re.I),
    re.compile(rf"(?<![\d/.,£$€–-])(?P<y>{_YEAR})(?![\d/,%–-]|\s?[–-]\s?\d|\.\d)"),
)


def dates_in(text: str) -> list[tuple[int, int, str]]:
    """Every date as (start, end, ISO), in order of appearance; the more precise reading where two overlap."""
    found: list[tuple[int, int, str]] = []
    if not _ANY_YEAR.search(text):
        return found
    taken = bytearray(len(text))
    for form in _FORMS:
        for match in form.finditer(text):
            iso = _iso(match.groupdict())
            start, end = match.span()
            if iso and not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append((start, end, iso))
    return sorted(found)


def normal_date(value: str) -> str | None:
    """A single date value (a meta tag, docinfo's ``D:20200412…``) as ISO; None where it holds none."""
    value = value.strip()
    stamp = re.match(rf"(?:D:)?({_YEAR})(\d{{2}})(\d{{2}})(?:\d{{2,6}}.*|Z.*|)$", value)
    if stamp:
        return _iso({"y": stamp.group(1), "m": stamp.group(2), "d": stamp.group(3)})
    found = dates_in(value[:300])
    return found[0][2] if found else None


def _iso(parts: dict[str, str | None]) -> str | None:
    year = int(parts["y"] or 0)
    month_text = parts.get("m")
    if not month_text:
        return f"{year:04d}"
    month = int(month_text) if month_text.isdigit() else _MONTHS[month_text.lower()]
    if not 1 <= month <= 12:
        return None
    day_text = parts.get("d")
    if not day_text:
        return f"{year:04d}-{month:02d}"
    try:
        return date(year, month, int(day_text)).isoformat()
    except ValueError:
        return None
