"""DOI, ISBN, ISSN and report numbers: found by shape, believed by check digit."""

from __future__ import annotations

import re

_DOI = re.compile(
    r"(?:doi(?:\.org)?\s?[:/]?\s?(?:https?://(?:dx\.)?doi\.org/)?|https?://(?:dx\.)?doi\.org/|\bDOI\s)?\b(10\.\d{4,9}/(?:\(sici\)[^\s\"']{10,120}|[^\s\"'<>|,;\]}]{2,200}))",
    re.I,
)
_ISBN = re.compile(r"\bISBN(?:[-\s]?1[03])?[:\s]*((?:97[89][-\s‐‑–]?)?(?:\d[-\s‐‑–]?){9}[\dXx])\b", re.I)
_ISSN = re.compile(r"\bISSN\b[^\d]{0,20}(\d{4}[-‐‑–]\d{3}[\dXx])\b", re.I)
_REPORT = re.compile(
    r"\b(?:(?:report|publication|document|gateway|product|command|working|discussion|briefing)\s+(?:paper\s+)?(?:reference|ref\.?|number|no\.?)(?:\s(?:number|no\.?))?)\s*[:#]?\s*"
    r"([A-Z]{0,6}[-/ ]?\d[\w/.-]{0,20})",
    re.I,
)


def doi_in(text: str) -> str | None:
    """The first DOI, lower-case, without closing punctuation."""
    match = _DOI.search(text) if "10." in text else None
    if not match:
        return None
    doi = match.group(1).rstrip(".,;:*†").lower()
    while doi.endswith(")") and doi.count(")") > doi.count("("):
        doi = doi[:-1].rstrip(".,;:")
    return re.sub(r"/(?:full|abstract|pdf|epdf|html?)$", "", doi)


def isbn_in(text: str) -> str | None:
    """The first valid ISBN, digits only."""
    for match in _ISBN.finditer(text) if "isbn" in text.lower() else ():
        digits = re.sub(r"[^\dXx]", "", match.group(1)).upper()
        if _isbn_holds(digits):
            return digits
    return None


def normal_isbn(value: str) -> str | None:
    """A declared ISBN, with or without the word before it; None where its check digit is wrong."""
    digits = re.sub(r"[^\dXx]", "", re.sub(r"(?i)isbn(?:[-\s]?1[03])?:?", "", value)).upper()
    return digits if _isbn_holds(digits) else None


def issn_in(text: str) -> str | None:
    """The first valid ISSN, with its hyphen."""
    for match in _ISSN.finditer(text) if "issn" in text.lower() else ():
        if issn := normal_issn(match.group(1)):
            return issn
    return None


def normal_issn(value: str) -> str | None:
    digits = re.sub(r"[^\dXx]", "", value).upper()
    if len(digits) != 8 or "X" in digits[:-1]:
        return None
    total = sum(weight * (10 if digit == "X" else int(digit)) for weight, digit in zip(range(8, 0, -1), digits, strict=True))
    return f"{digits[:4]}-{digits[4:]}" if total % 11 == 0 else None


def report_number_in(text: str) -> str | None:
    match = _REPORT.search(text)
    return match.group(1).strip(" .,-/") if match and any(char.isdigit() for char in match.group(1)) else None


def _isbn_holds(digits: str) -> bool:
    if len(digits) == 13 and digits.isdigit():
        return sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(digits)) % 10 == 0
    if len(digits) == 10 and "X" not in digits[:-1]:
        return (
            sum(weight * (10 if digit == "X" else int(digit)) for weight, digit in zip(range(10, 0, -1), digits, strict=True))
            % 11
            == 0
        )
    return False
