"""Bytes to Document: exact offsets, the same answer every time, kinds of passages, change judged by content."""

# ruff: noqa: E501 (made documents and lines are kept in one piece)
from __future__ import annotations

import gc
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import Refused
from evidence.records import PASSAGE_KINDS, VALUE_SOURCES, Document
from extract.clean_text import clean
from extract.reading import Hints, read

SENTENCE = "The two teams agreed to share one office, one budget and one record of each person they support."
WRAPPED = """Working Side by Side

Lessons from a shared office

The two teams agreed to share one office, one budget and
one record of each person they support. Staff said that the
change took longer than planned, because the infor-
mation systems did not speak to each other.

  • a single point of contact
  • a shared care plan, held by
    the person
Accept all cookies

References

Example A, Sample B. Sharing an office. Journal of Examples 2019;3:1-9.
"""
PAGE = """<!doctype html><html lang="en"><head><title>Sharing an office | Example Trust</title>
<meta name="description" content="How two teams came to share one office and what they learnt from it.">
<script type="application/ld+json">{"@type":"Report","headline":"Sharing an office","datePublished":"2021-05-04","author":[{"name":"Ann Example"}],"publisher":{"name":"Example Trust"}}</script>
</head><body><nav><ul>%s</ul></nav><main><h1>Sharing an office</h1><h2>What happened</h2><p>%s</p><p>%s</p>
<p><a href="/files/office.pdf">Full report (PDF)</a></p></main><footer>© Example Trust</footer></body></html>"""


def check(document: Document) -> None:
    """Everything that downstream packages rely on."""
    text = document.text
    starts = document.page_starts()
    for passage in document.passages:
        assert passage.kind in PASSAGE_KINDS and passage.start < passage.end
        page = document.pages[[page.number for page in document.pages].index(passage.page)]
        base = starts[document.pages.index(page)]
        assert base <= passage.start and passage.end <= base + len(page.text)
        quote = text[passage.start : passage.end]
        assert quote == quote.strip() and "\f" not in quote
        assert -1 <= passage.section < len(document.sections)
    assert list(document.passages) == sorted(document.passages, key=lambda passage: passage.start)
    assert all(one.end <= two.start for one, two in zip(document.passages, document.passages[1:], strict=False))
    for section in document.sections:
        assert " ".join(text[section.start :].split()).startswith(section.heading) and section.start < section.end <= len(text)
    for reference in document.references:
        assert reference.start == reference.end or " ".join(text[reference.start : reference.end].split()) == reference.raw
    for page in document.pages:
        assert all(0 <= line.start <= line.end <= len(text) for line in page.lines)
    assert all(value.source in VALUE_SOURCES for value in document.provenance)
    if document.title:
        assert document.title in [value.value for value in document.provenance if value.field == "title"]


WORDS = st.text(
    alphabet=st.sampled_from("abcdefghij KLMNOP.,;:!?()[]*_#|-–—•\n\n\n\f\t\\/@0123456789'\"“”­éﬁ "), min_size=1, max_size=600
)


@settings(max_examples=150, deadline=None)
@given(WORDS, st.sampled_from(["a.txt", "a.md"]))
def test_offsets_slice_to_their_passages_whatever_the_text(text: str, name: str) -> None:
    try:
        document = read(text.encode(), Hints(name=name))
    except Refused:
        return
    check(document)
    assert document == read(text.encode(), Hints(name=name))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_hard_wrapped_sentences_can_be_quoted_in_one_piece() -> None:
    document = read(WRAPPED.encode(), Hints(name="a.txt"))
    check(document)
    assert SENTENCE in document.text
    assert "information systems did not speak" in document.text
    assert "a shared care plan, held by the person" in document.text


def test_passages_of_a_plain_text_have_their_kinds() -> None:
    document = read(WRAPPED.encode(), Hints(name="a.txt"))
    kinds = {document.text[passage.start : passage.end]: passage.kind for passage in document.passages}
    assert kinds["Working Side by Side"] == "heading"
    assert kinds["a single point of contact"] == "list"
    assert kinds["Accept all cookies"] == "boilerplate"
    assert kinds["Example A, Sample B. Sharing an office. Journal of Examples 2019;3:1-9."] == "reference"
    assert document.references[0].title == "Sharing an office" and document.references[0].year == 2019


def test_form_feeds_part_pages_and_their_running_headers_go() -> None:
    pages = [
        f"Annual View of the Valley {number}\n\n{SENTENCE} This was page {word} of it.\n"
        for number, word in enumerate(["one", "two", "three", "four", "five"], start=1)
    ]
    document = read("\f".join(pages).encode(), Hints(name="a.txt"))
    check(document)
    assert len(document.pages) == 5
    assert "Annual View of the Valley" not in document.text


def html(
    menu: str,
    second: str = "Staff said that the change took longer than planned, since the record systems did not speak to each other at first.",
) -> bytes:
    return (PAGE % (menu, SENTENCE, second)).encode()


def test_a_new_menu_is_no_change_and_a_new_sentence_is_one() -> None:
    one = read(html("<li>Home</li>"), Hints(name="https://example.org/office"))
    two = read(
        html("<li>Home</li><li>About us</li><li>Our new campaign for the spring</li>"), Hints(name="https://example.org/office")
    )
    three = read(
        html(
            "<li>Home</li>",
            "Staff said that the change went more quickly than planned, since the record systems were replaced by a single one.",
        ),
        Hints(),
    )
    assert one.id != two.id and one.content_digest == two.content_digest and one.signature == two.signature
    assert one.content_digest != three.content_digest


def test_a_page_gives_what_it_declares_and_its_links_to_files() -> None:
    document = read(html(""), Hints(name="https://example.org/office/"))
    check(document)
    assert (document.title, document.title_source, document.authors) == ("Sharing an office", "json_ld", ("Ann Example",))
    assert (document.published, document.publisher, document.language) == ("2021-05-04", "Example Trust", "en")
    assert [link.url for link in document.links] == ["https://example.org/files/office.pdf"]
    assert document.summary == "How two teams came to share one office and what they learnt from it."
    assert SENTENCE in document.text


def test_selectors_of_a_source_come_before_all_else() -> None:
    hints = Hints(name="https://example.org/", selectors=(("body", "p:first-of-type"), ("title", "h2")))
    document = read(html(""), hints)
    assert (document.title, document.title_source) == ("What happened", "selector")
    assert document.text == SENTENCE


def test_front_matter_of_markdown_is_metadata_and_not_text() -> None:
    payload = f"---\ntitle: Side by side\nauthors: [Ann Example, Bob Sample]\ndate: 2020-03-01\n---\n# Side by side\n\n{SENTENCE}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n".encode()
    document = read(payload, Hints(name="a.md"))
    check(document)
    assert (document.title, document.authors, document.published) == ("Side by side", ("Ann Example", "Bob Sample"), "2020-03-01")
    assert document.tables[0].rows == (("a", "b"), ("1", "2")) and "authors:" not in document.text


def test_the_id_is_the_payloads_digest() -> None:
    payload = SENTENCE.encode()
    assert read(payload, Hints(name="a.txt")).id == hashlib.sha256(payload).hexdigest()


def test_near_duplicates_have_near_signatures_and_strangers_have_not() -> None:
    words = [f"word{number}" for number in range(400)]
    one = read(" ".join(words).encode(), Hints()).signature
    near = read(" ".join([*words[:390], "other", *words[391:]]).encode(), Hints()).signature
    far = read(" ".join(reversed(words)).encode(), Hints()).signature
    alike = sum(a == b for a, b in zip(one, near, strict=True)) / 128
    assert len(one) == 128 and alike > 0.85 and sum(a == b for a, b in zip(one, far, strict=True)) < 10


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Les équipes ont décidé de partager un bureau et un dossier pour chaque personne accompagnée.", "fr"),
        ("Cytunodd y ddau dîm i rannu un swyddfa, un gyllideb ac un cofnod o bob person y maent yn ei gefnogi.", "cy"),
        (SENTENCE, "en"),
    ],
)
def test_the_language_is_that_of_the_text(text: str, language: str) -> None:
    assert read(text.encode(), Hints()).language == language


def test_reading_leaves_the_garbage_collector_as_it_was() -> None:
    payload = b"Sharing an office\n\nTwo teams were asked to share an office for a year, and most of them did so until the spring."
    try:
        for frozen in (False, True):
            if frozen:
                gc.freeze()
            kept = gc.get_freeze_count()
            read(payload, Hints(name="report.txt"))
            assert gc.isenabled() and bool(gc.get_freeze_count()) is bool(kept) is frozen
        gc.disable()
        read(payload, Hints(name="report.txt"))
        assert not gc.isenabled()
    finally:
        gc.unfreeze()
        gc.enable()
