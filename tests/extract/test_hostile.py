"""Inputs made to break a reader: each must be refused in one line or read, in bounded time and memory."""

# ruff: noqa: E501 (made documents and lines are kept in one piece)
from __future__ import annotations

import io
import random
import time
import zipfile

import pytest

from evidence.errors import Refused
from evidence.records import Document
from extract import members
from extract.members import members_of
from extract.reading import Hints, read


def outcome(payload: bytes, name: str) -> Document | str:
    """The document, or the reason; anything but ``Refused`` fails the test."""
    try:
        return read(payload, Hints(name=name))
    except Refused as error:
        reason = str(error)
        assert reason and "\n" not in reason and len(reason) < 300
        return reason


def archive(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return held.getvalue()


def docx_with(document: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "[Content_Types].xml",
            b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
        file.writestr("word/document.xml", document)
    return held.getvalue()


BILLION = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(f'<!ENTITY {chr(98 + at)} "{("&" + chr(97 + at) + ";") * 10}">'.encode() for at in range(9))
    + b"]><x>&j;</x>"
)


def test_a_docx_bomb_is_refused_before_it_is_unpacked() -> None:
    started = time.monotonic()
    reason = outcome(docx_with(b" " * 400_000_000), "bomb.docx")
    assert isinstance(reason, str) and "unpacks to" in reason
    assert time.monotonic() - started < 20


def test_a_docx_with_growing_entities_is_refused() -> None:
    reason = outcome(docx_with(BILLION), "laughs.docx")
    assert isinstance(reason, str) and "entities" in reason


@pytest.mark.parametrize(
    "payload",
    [
        BILLION.replace(b"<x>&j;</x>", b"<article article-type='x'><front/><body><p>&j;</p></body></article>").replace(
            b"DOCTYPE x", b"DOCTYPE article"
        )
    ],
)
def test_a_journal_article_with_growing_entities_is_refused(payload: bytes) -> None:
    reason = outcome(payload, "article.nxml")
    assert isinstance(reason, str) and "entities" in reason


def test_an_article_cannot_read_files_of_the_machine() -> None:
    payload = b'<?xml version="1.0"?><!DOCTYPE article [<!ENTITY leak SYSTEM "file:///etc/hostname">]><article article-type="x"><front/><body><p>&leak; text</p></body></article>'
    assert isinstance(outcome(payload, "article.xml"), str)


@pytest.mark.parametrize("tag", [b"<div>", b"<b>", b"<table><tr><td>", b"<ul><li>", b"<blockquote>", b"<span>"])
def test_deeply_nested_html_ends_in_a_reason_or_a_document(tag: bytes) -> None:
    started = time.monotonic()
    outcome(b"<html><body>" + tag * 60_000 + b"Some words about care at the bottom of it all.", "deep.html")
    assert time.monotonic() - started < 30


def test_a_very_long_line_is_refused_or_read_quickly() -> None:
    started = time.monotonic()
    assert isinstance(outcome(b"integrated care " * 3_200_000, "long.txt"), str)
    document = outcome(b"care without any stop " * 200_000, "long.txt")
    assert isinstance(document, Document) and max(passage.end - passage.start for passage in document.passages) <= 2400
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    "unit",
    [
        "(",
        "[",
        "*",
        "_ ",
        "**a",
        "|",
        "#",
        "[a](",
        "![",
        "<",
        "`",
        "\\",
        "- ",
        "1. ",
        ".",
        "© ",
        "et al ",
        "A. ",
        "Citation: ",
        "by ",
        "\f",
        "\n",
        "10.1000/",
        "ISBN 97",
        "A",
    ],
)
def test_repetition_does_not_blow_up_a_pattern(unit: str) -> None:
    started = time.monotonic()
    for name in ("x.md", "x.txt"):
        outcome((unit * (60_000 // len(unit)) + " words about care").encode(), name)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("seed", range(12))
def test_binary_junk_under_any_name_ends_in_a_reason_or_a_document(seed: int) -> None:
    generator = random.Random(seed)
    junk = generator.randbytes(20_000)
    starts = (
        b"",
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"<html>",
        b"TY  - RPRT\n",
        b"\xff\xfe",
        b"{\\rtf1",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"<?xml version='1.0'?><article article-type='x'>",
        b"---\n",
        b"\x1f\x8b",
        b"@article{",
    )
    for name in ("a.pdf", "a.docx", "a.html", "a.md", "a.txt", "a.xml", "a.epub"):
        outcome(starts[seed] + junk, name)


@pytest.mark.parametrize(
    "name", ["report.pdf", "report.docx", "report.html", "report.epub", "report", "https://example.org/report.pdf?x=1"]
)
def test_the_bytes_and_not_the_name_decide_what_a_file_is(name: str) -> None:
    document = outcome(b"Joined-up care\n\nThis text says in plain words how two teams came to share one office.\n", name)
    assert (
        isinstance(document, Document)
        and document.media_type in ("text/plain", "text/html")
        and "share one office" in document.text
    )


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        (b"", "a.txt"),
        (b"   \n\n ", "a.txt"),
        (b"\xef\xbb\xbf", "a.txt"),
        (b"\f\f\f", "a.txt"),
        (b"<html><body></body></html>", "a.html"),
        (b"...!!!", "a.md"),
        (b"# \n\n---\n", "a.md"),
        (b"<html>", "a.html"),
    ],
)
def test_nothing_to_read_is_refused(payload: bytes, name: str) -> None:
    assert isinstance(outcome(payload, name), str)


def test_an_encrypted_archive_is_refused() -> None:
    plain = bytearray(archive(a_dot_txt=b"hello"))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        plain[plain.index(mark) + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    with pytest.raises(Refused, match="encrypted"):
        members_of(bytes(plain), "a.zip")


def test_an_archive_inside_an_archive_is_refused_and_its_neighbours_are_handed_on() -> None:
    inner = archive(b_dot_txt=b"inner")
    found = list(members_of(archive(a_dot_txt=b"Two teams share one office.", c_dot_zip=inner, d_dot_txt=b""), "a.zip") or ())
    assert [(one.name, one.payload, one.reason) for one in found] == [
        ("a.txt", b"Two teams share one office.", None),
        ("c.zip", None, "an archive inside an archive: unpack it first"),
        ("d.txt", None, "empty file"),
    ]


def test_an_archive_of_too_many_members_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MOST_MEMBERS", 3)
    assert members_of(archive(**{f"a{at}_dot_txt": b"x" for at in range(3)}), "a.zip") is not None
    with pytest.raises(Refused, match="4 members"):
        members_of(archive(**{f"a{at}_dot_txt": b"x" for at in range(4)}), "a.zip")


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = archive(a_dot_txt=bytes(10_000), b_dot_txt=bytes(10_000))
    monkeypatch.setattr(members, "MOST_BYTES", 19_999)
    with pytest.raises(Refused, match=r"unpacks to 20,000 bytes \(limit 19,999\)"):
        members_of(packed, "a.zip")


def test_a_member_that_is_too_large_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MOST_MEMBER_BYTES", 100)
    found = list(members_of(archive(a_dot_txt=b"x" * 101, b_dot_txt=b"x" * 100), "a.zip") or ())
    assert [one.reason for one in found] == ["ZIP member 'a.txt' unpacks to 101 bytes (limit 100)", None]


def test_a_bomb_is_refused_by_its_ratio() -> None:
    with pytest.raises(Refused, match="times its size"):
        members_of(archive(a_dot_txt=bytes(6_000_000)), "a.zip")


@pytest.mark.parametrize(
    "payload", [b"TY  - RPRT\n", b"@article{", b"@article{a, title={" + b"{" * 5000, b"TY  - RPRT\nER  - \n" * 3]
)
def test_entries_that_say_nothing_are_refused_one_by_one(payload: bytes) -> None:
    for one in members_of(payload, "a.ris") or ():
        assert isinstance(outcome(one.payload or b"", "a.ris"), str)


def test_a_reference_file_of_several_entries_is_no_text() -> None:
    assert "2 records" in str(outcome(b"TY  - RPRT\nTI  - One\nER  - \nTY  - RPRT\nTI  - Two\nER  - \n", "a.ris"))


def test_a_truncated_word_file_is_refused() -> None:
    whole = docx_with(b"<w:document/>")
    for cut in (30, len(whole) // 2, len(whole) - 10):
        assert isinstance(outcome(whole[:cut], "cut.docx"), str)
