"""One document of our own in each format, read back."""

# ruff: noqa: E501 (made documents and lines are kept in one piece)
from __future__ import annotations

import io
import zipfile

import docx
import pptx
import pytest
from odf.opendocument import OpenDocumentText
from odf.text import H, P

from extract.media_type import HTML, PDF, ZIP, sniff
from extract.members import members_of
from extract.reading import Hints, read
from tests.extract.test_reading import SENTENCE, check

JATS = f"""<?xml version="1.0"?><article article-type="research-article" xml:lang="en"><front><journal-meta><journal-title-group><journal-title>Journal of Examples</journal-title></journal-title-group>
<publisher><publisher-name>Example Press</publisher-name></publisher></journal-meta><article-meta><article-id pub-id-type="doi">10.1000/xyz123</article-id>
<title-group><article-title>Sharing an <italic>office</italic></article-title></title-group><contrib-group><contrib contrib-type="author"><name><surname>Example</surname><given-names>Ann</given-names></name></contrib></contrib-group>
<pub-date pub-type="collection"><year>2019</year></pub-date><pub-date pub-type="epub"><day>3</day><month>2</month><year>2018</year></pub-date>
<abstract><p>{SENTENCE}</p></abstract></article-meta></front><body><sec><title>Methods</title><p>We asked staff <xref>1</xref>.</p><sec><title>Sample</title><p>Forty people took part in it.</p></sec></sec>
<sec><title>Results</title><table-wrap><label>Table 1</label><caption><p>Visits</p></caption><table><tr><th>Year</th><th>n</th></tr><tr><td>2018</td><td>40</td></tr></table></table-wrap></sec></body>
<back><ref-list><ref id="r1"><element-citation><person-group><name><surname>Sample</surname><given-names>B</given-names></name></person-group><article-title>On offices</article-title><source>J Ex</source><year>2010</year><pub-id pub-id-type="doi">10.1000/ABC</pub-id></element-citation></ref></ref-list></back></article>"""


def word() -> bytes:
    document = docx.Document()
    document.add_heading("Sharing an office", 0)
    document.add_heading("What happened", 1)
    document.add_paragraph(SENTENCE)
    document.add_paragraph("a shared plan", style="List Bullet")
    table = document.add_table(2, 2)
    for at, text in enumerate(("Year", "Visits", "2018", "40")):
        table.cell(at // 2, at % 2).text = text
    document.core_properties.title = "Microsoft Word - office.doc"
    return saved(document)


def saved(document: object) -> bytes:
    held = io.BytesIO()
    document.save(held)  # type: ignore[attr-defined]
    return held.getvalue()


def test_word_gives_headings_lists_tables_and_no_junk_title() -> None:
    document = read(word(), Hints(name="office.docx"))
    check(document)
    assert document.title == "Sharing an office" and document.title_source == "first_page"
    assert {passage.kind for passage in document.passages} == {"heading", "body", "list", "table"}
    assert document.tables[0].rows == (("Year", "Visits"), ("2018", "40"))
    assert [section.heading for section in document.sections] == ["Sharing an office", "What happened"]


def test_slides_are_pages() -> None:
    slides = pptx.Presentation()
    for title in ("Sharing an office", "What we learnt"):
        slide = slides.slides.add_slide(slides.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "Two teams met\nOne plan was made"
    document = read(saved(slides), Hints(name="talk.pptx"))
    check(document)
    assert document.title == "Sharing an office" and len(document.pages) == 2


def test_open_document_text_is_read() -> None:
    text = OpenDocumentText()
    text.text.addElement(H(outlinelevel=1, text="Sharing an office"))
    text.text.addElement(P(text=SENTENCE))
    held = io.BytesIO()
    text.write(held)
    document = read(held.getvalue(), Hints(name="office.odt"))
    check(document)
    assert document.title == "Sharing an office" and SENTENCE in document.text


def epub() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("mimetype", "application/epub+zip")
        file.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="o/p.opf"/></rootfiles></container>',
        )
        file.writestr(
            "o/p.opf",
            '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Sharing an office</dc:title><dc:creator>Ann Example</dc:creator></metadata>'
            '<manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>',
        )
        file.writestr("o/a.xhtml", f"<html><head><title>x</title></head><body><h1>One</h1><p>{SENTENCE}</p></body></html>")
    return held.getvalue()


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    document = read(epub(), Hints(name="book.epub"))
    check(document)
    assert (document.title, document.authors) == ("Sharing an office", ("Ann Example",)) and SENTENCE in document.text


def test_a_journal_article_gives_metadata_sections_tables_and_references() -> None:
    document = read(JATS.encode(), Hints(name="a.nxml"))
    check(document)
    assert (document.title, document.title_source, document.authors, document.published) == (
        "Sharing an office",
        "record",
        ("Ann Example",),
        "2018-02-03",
    )
    assert (document.doi, document.publisher, document.summary) == ("10.1000/xyz123", "Example Press", SENTENCE)
    assert [(section.heading, section.level) for section in document.sections][-4:] == [
        ("Methods", 2),
        ("Sample", 3),
        ("Results", 2),
        ("References", 2),
    ]
    reference = document.references[0]
    assert (reference.authors, reference.year, reference.title, reference.doi) == (
        ("Sample B",),
        2010,
        "On offices",
        "10.1000/abc",
    ) and reference.end > reference.start


RIS = b"TY  - RPRT\r\nTI  - Sharing an office\r\nAU  - Example, Ann\r\nAU  - Example Trust\r\nPY  - 2020\r\nPB  - Example Trust\r\nDO  - 10.1000/xyz123\r\nAB  - How two teams came to share.\r\nER  - \r\n\r\nTY  - JOUR\r\nTI  - On offices\r\nER  - \r\n"
BIBTEX = b"@report{a, title={Sharing an {Office}}, author={Example, Ann and Bob Sample}, year={2020}, institution={Example Trust}, doi={10.1000/xyz123}}\n"


@pytest.mark.parametrize(
    ("payload", "authors", "count"), [(RIS, ("Ann Example", "Example Trust"), 2), (BIBTEX, ("Ann Example", "Bob Sample"), 1)]
)
def test_reference_files_give_records(payload: bytes, authors: tuple[str, ...], count: int) -> None:
    members = list(members_of(payload, "") or ())
    records = [read(member.payload or b"", Hints(name=member.name, media_type=member.media_type)) for member in members]
    first = records[0]
    check(first)
    assert len(records) == count and len({record.id for record in records}) == count
    assert (first.title.casefold() if first.title else "", first.authors, first.published, first.publisher, first.doi) == (
        "sharing an office",
        authors,
        "2020",
        "Example Trust",
        "10.1000/xyz123",
    )


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"<!doctype html><html><body><p>A file that begins with %PDF- is a PDF.</p></body></html>", HTML),
        (b"<!-- saved --><html><body><p>It begins with %PDF-1.7.</p></body></html>", HTML),
        (b"junk before the mark\n%PDF-1.4\n", PDF),
        (b"%PDF-1.4\n<html>", PDF),
    ],
)
def test_a_page_that_speaks_of_pdf_is_a_page(payload: bytes, expected: str) -> None:
    assert sniff(payload, "", None) == expected


def test_an_archive_that_holds_a_pdf_uncompressed_is_an_archive() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("paper.pdf", b"%PDF-1.4\n")
    assert sniff(buffer.getvalue(), "", "application/pdf") == ZIP
