"""Poured-out tables: their cells would be read as sentences and headings, and a title page must not be taken for one."""

from __future__ import annotations

import pytest

from extract.cell_runs import gather_cells, is_figure
from extract.printed_lines import Paragraph
from extract.reading import Hints, read

OPENING = "# Sharing an office\n\n" + "\n\n".join(
    f"{month} was the month in which the two teams {did} in the office that they share." for month, did in (
        ("January", "met"), ("February", "sat down"), ("March", "argued"), ("April", "agreed"), ("May", "moved in"), ("June", "cooked"),
        ("July", "rested"), ("August", "painted"), ("September", "danced"), ("October", "learned"), ("November", "counted"),
        ("December", "sang"), ("Leap day", "slept")))
ROWS = (("Visits", "1,204", "1,311"), ("Letters sent", "88 (7%)", "61 (5%)"), ("Calls answered", "4,012", "4,400"), ("Complaints", "12", "n/a"))


def page(*cells: str) -> bytes:
    """A document whose table was poured out, a cell a line and empty lines between, as converters of PDFs do."""
    return "\n\n".join([OPENING, "Table 1: What the teams did", *cells, "Staff said afterwards that they would do it again at once."]).encode()


def test_labels_with_as_many_figures_each_become_rows_of_a_table() -> None:
    document = read(page("Activity", "2019", "2020", *(cell for row in ROWS for cell in row)), Hints(name="a.md"))
    assert [table.rows for table in document.tables] == [(("Activity", "2019", "2020"), *ROWS)]
    table = [document.text[one.start : one.end] for one in document.passages if one.kind == "table"]
    assert len(table) == 1 and "Letters sent\t88 (7%)\t61 (5%)" in table[0]
    assert all(document.text[one.start : one.end] not in ("Visits", "Complaints") for one in document.passages)
    assert document.text.rstrip().endswith("they would do it again at once.") and document.passages[-1].kind == "body"


def test_torn_words_and_axis_figures_of_a_chart_are_one_block_without_columns() -> None:
    torn = ("1,400", "gin", "1,200", "800", "lvo s", "600", "tisc", "P", "400", "May", "200", "June", "e")
    document = read(page(*torn), Hints(name="a.md"))
    assert [document.text[one.start : one.end] for one in document.passages if one.kind == "table"] == ["\n".join(torn)]
    assert document.tables == ()


def test_the_heading_behind_a_table_stays_a_heading() -> None:
    cells = [cell for row in ROWS for cell in row]
    document = read(page(*cells, "**What we learnt**"), Hints(name="a.md"))
    assert "What we learnt" in [section.heading for section in document.sections]


def test_a_title_page_is_no_table() -> None:
    lines = ("Sharing an office", "Annual report", "2019", "2020", "Version 2", "12 May 2020", "Example Trust", "Anytown", "AT1 2BC", "£5")
    paragraphs = [Paragraph(line) for line in lines]
    assert gather_cells(paragraphs, opens_document=True).paragraphs == paragraphs


def test_short_lines_of_words_are_no_table() -> None:
    paragraphs = [Paragraph(text) for text in ("Ann Example", "Chair", "Bob Sample", "Nurse", "Cy Instance", "Clerk", "Di Case", "Porter")]
    assert gather_cells(paragraphs).paragraphs == paragraphs


@pytest.mark.parametrize("text", ["1,217", "£3.5m", "43.02 (20.62)", "< 0.001", "-", "n/a", "12%", "2023/24", "Yes"])
def test_figures_are_told_from_words(text: str) -> None:
    assert is_figure(text) and not is_figure("Visits") and not is_figure("30 July 2025")


@pytest.mark.parametrize(("before", "line", "after"), [
    ("The new service was first set up by the councils of the", "Anytown and Otherville",
     "Since then it has grown and is used by everybody in both of the towns."),
    ("It was a long year for all of us who work here.", "Throughout the year the Trust has continued",
     "to meet people where they live, in all parts of the town and beyond."),
])
def test_a_capitalised_piece_of_a_sentence_is_no_heading(before: str, line: str, after: str) -> None:
    document = read("\n\n".join([OPENING, before, line, after]).encode(), Hints(name="a.md"))
    assert line not in [section.heading for section in document.sections]


def test_a_number_on_its_own_line_goes_to_its_heading_and_symbol_font_bullets_are_bullets() -> None:
    text = [OPENING, "2.5.2", "SEGMENTATION", "The town was parted into two, by age and by street:", "\uf0b7 the young", "\uf0b7 the old"]
    document = read("\n\n".join(text).encode(), Hints(name="a.md"))
    assert "2.5.2 SEGMENTATION" in [section.heading for section in document.sections]
    assert [document.text[one.start : one.end] for one in document.passages if one.kind == "list"] == ["the young", "the old"]
