"""Files that hold several documents: what is in them, found again under the same key, each readable by itself."""

from __future__ import annotations

import io
import zipfile

from evidence.records import Document
from extract.members import Member, may_hold_several, members_of
from extract.reading import Hints, read
from tests.extract.test_formats import JATS, word

ENTRY = "TY  - RPRT\r\nID  - {id}\r\nTI  - Sharing an office in {id}\r\nAB  - How two teams came to share.\r\nER  - \r\n\r\n"


def packed(members: dict[str, bytes | str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return held.getvalue()


def all_of(payload: bytes, name: str) -> list[Member]:
    members = members_of(payload, name)
    assert members is not None
    return list(members)


def document_of(member: Member) -> Document:
    assert member.payload is not None
    return read(member.payload, Hints(name=member.name, media_type=member.media_type))


def test_an_archive_gives_a_document_a_member_and_leaves_out_what_systems_add() -> None:
    payload = packed({"reports/office.docx": word(), "article.nxml": JATS, "__MACOSX/._office.docx": b"junk", "reports/.hidden": b"junk"})
    found = {member.name: document_of(member) for member in all_of(payload, "all.zip")}
    assert {name: document.title for name, document in found.items()} == {
        "reports/office.docx": "Sharing an office", "article.nxml": "Sharing an office"}


def test_an_office_file_is_one_document_though_it_is_a_zip_archive() -> None:
    assert members_of(word(), "office.docx") is None and members_of(b"Two teams.", "a.txt") is None
    assert may_hold_several(word()[:4096], "office.docx") and not may_hold_several(b"Two teams.", "a.txt")


def test_records_inside_an_archive_are_documents_of_their_own() -> None:
    found = all_of(packed({"library.ris": ENTRY.format(id="A1") + ENTRY.format(id="B2")}), "all.zip")
    assert [(one.name, one.key) for one in found] == [("library.ris!1", "library.ris!/A1"), ("library.ris!2", "library.ris!/B2")]
    assert document_of(found[1]).title == "Sharing an office in B2"


def test_a_record_keeps_bytes_and_key_when_the_file_grows_before_it() -> None:
    before = all_of(ENTRY.format(id="A1").encode(), "a.ris")[0]
    after = all_of((ENTRY.format(id="Z9") + ENTRY.format(id="A1")).replace("\r\n", "\n").encode("utf-8-sig"), "a.ris")[1]
    assert (after.key, after.payload, after.name) == (before.key, before.payload, "2")


def test_records_of_one_identifier_stay_apart() -> None:
    found = all_of((ENTRY.format(id="A1") * 2 + "TY  - JOUR\nTI  - No identifier\n").encode(), "a.ris")
    assert len({one.key for one in found}) == 3 and document_of(found[2]).title == "No identifier"


def test_bibtex_abbreviations_go_with_the_entries_that_use_them() -> None:
    text = """@string{jex = "Journal of Examples"}
@comment{nothing}
@article{a1, title = {Sharing an office}, journal = jex}
@dataset{b2, title = {Some data}, year = 2020}
"""
    one, two = all_of(text.encode(), "a.bib")
    assert (one.key, document_of(one).publisher) == ("a1", "Journal of Examples")
    assert (two.key, document_of(two).published, two.payload) == ("b2", "2020", b"@dataset{b2, title = {Some data}, year = 2020}\n")


def test_the_abstract_of_a_record_is_its_text() -> None:
    document = document_of(all_of(ENTRY.format(id="A1").encode(), "a.ris")[0])
    assert document.status == "ok" and document.summary == "How two teams came to share."
    assert [document.text[one.start : one.end] for one in document.passages if one.kind == "body"] == [document.summary]
