"""EPPI-Reviewer's JSON, which EPPI-Reviewer and EPPI-Mapper read: our facets are code sets, labels attributes, tags codes, quotes the texts
that were coded. Ids are numbers derived from ours, so that a later export lines up with an earlier one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from warehouse.export.reference import ARTICLE, WEB_PAGE, address, author_name, date_parts, full_title, keywords, kind, notes

_TYPES = {ARTICLE: "Journal, Article", WEB_PAGE: "Web Site"}
_SELECTABLE = "Selectable (show checkbox)"


def number(*names: str) -> int:
    """A stable id: 48 bits, so that it is exact in JavaScript, and two of a million agree with a chance of 1 in 500."""
    return int.from_bytes(hashlib.sha256("\0".join(names).encode()).digest()[:6], "big")


def write_eppi(works: Iterable[dict[str, Any]], facets: Mapping[str, Sequence[Mapping[str, str]]], file: BinaryIO) -> None:
    sets = [_code_set(facet, labels) for facet, labels in facets.items()]
    file.write(b'{"CodeSets": ' + _json(sets) + b',\n"References": [')
    comma = b"\n"
    for work in works:
        file.write(comma + _json(_reference(work)))
        comma = b",\n"
    file.write(b"\n]}\n")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _code_set(facet: str, labels: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    attributes = [
        {
            "AttributeId": number(facet, one["label"]),
            "AttributeSetId": number("set", facet, one["label"]),
            "AttributeName": one["name"],
            "AttributeDescription": one["definition"],
            "AttributeSetDescription": one["definition"],
            "AttributeType": _SELECTABLE,
            "ExtURL": "",
            "ExtType": "",
            "OriginalAttributeID": 0,
            "Attributes": {"AttributesList": []},
        }
        for one in labels
    ]
    return {
        "SetName": labels[0]["facet_name"],
        "SetId": number("facet", facet),
        "ReviewSetId": number("review", facet),
        "SetDescription": f"integrand facet {facet}",
        "SetType": {"SetTypeName": "Standard", "SetTypeId": 3, "SetTypeDescription": "Codes of any number a reference"},
        "Attributes": {"AttributesList": attributes},
    }


def _reference(work: dict[str, Any]) -> dict[str, Any]:
    date = date_parts(work["published"])
    authors = [author_name(name).replace(", ", " ") for name in work["authors"] or ()]
    short = f"{(authors[0].split(' ')[0] if authors else work['publisher'] or 'Anonymous')} ({work['year'] or 'no date'})"
    seen = f"{work['first_seen']:%d/%m/%Y}" if work["first_seen"] else ""
    return {
        "Codes": _codes(work),
        "Outcomes": [],
        "ItemId": number(work["id"]),
        "Title": full_title(work),
        "ParentTitle": "",
        "ShortTitle": short,
        "DateCreated": seen,
        "CreatedBy": "integrand",
        "DateEdited": seen,
        "EditedBy": "integrand",
        "Year": str(work["year"] or ""),
        "Month": str(date[1]) if len(date) > 1 else "",
        "StandardNumber": work["isbn"] or work["issn"] or "",
        "City": "",
        "Country": "",
        "Publisher": work["publisher"] or "",
        "Institution": work["publisher"] or "",
        "Volume": "",
        "Pages": "",
        "Edition": "",
        "Issue": work["report_number"] or "",
        "Availability": work["availability"],
        "URL": address(work),
        "OldItemId": work["id"],
        "Abstract": work["summary"] or "",
        "Comments": "\n".join(notes(work)),
        "TypeName": _TYPES.get(kind(work), "Report"),
        "Authors": " ; ".join(authors) + (" ;" if authors else ""),
        "ParentAuthors": "",
        "DOI": work["doi"] or "",
        "Keywords": "\r\n".join(keywords(work)),
        "ItemStatus": "E" if work["relevance"] == "off_topic" else "I",
        "ItemStatusTooltip": "Excluded" if work["relevance"] == "off_topic" else "Included",
        "QuickCitation": f"{'; '.join(authors) or 'Anonymous'} ({work['year'] or 'no date'}). {full_title(work)}. {work['publisher'] or ''}".strip(),
    }


def _codes(work: dict[str, Any]) -> list[dict[str, Any]]:
    """A code a label, with all the sentences that show it; ``AdditionalText`` says where the label is a guess."""
    codes: dict[tuple[str, str], dict[str, Any]] = {}
    for tag in work["evidence"]:
        key = tag["facet"], tag["label"]
        guess = "a guess, for a person to look at" if tag["unsure"] else ""
        code = codes.setdefault(
            key, {"AttributeId": number(*key), "AdditionalText": guess, "ArmId": 0, "ArmTitle": "", "ItemAttributeFullTextDetails": []}
        )
        code["AdditionalText"] = code["AdditionalText"] and guess
        if tag["quote"]:
            code["ItemAttributeFullTextDetails"].append(
                {
                    "ItemDocumentId": number(tag["document"]),
                    "TextFrom": tag["span_start"],
                    "TextTo": tag["span_end"],
                    "Text": tag["quote"],
                    "IsFromPDF": work["media_type"] == "application/pdf",
                    "DocTitle": full_title(work),
                    "ItemArm": "",
                }
            )
    return list(codes.values())
