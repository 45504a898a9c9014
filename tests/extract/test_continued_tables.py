"""Tables over several pages: which pieces belong together, what of them repeats, and the whole that a reader sees."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from evidence.records import Document
from extract.continued_tables import _CONTINUED, whole_tables
from extract.reading import Hints, read
from tests.extract.test_pdf_reading import HEIGHT, PROSE, lines, made, wrapped

HEAD = ("Town", "Teams", "Visits")
FIRST = [HEAD, ("Alder", "3", "120"), ("Birch", "2", "95"), ("Cedar", "4", "210")]
SECOND = [("Dogwood", "1", "40"), ("Elm", "2", "77"), ("Fir", "5", "301")]


def table(canvas: Canvas, top: float, rows: Sequence[Sequence[str]], x: float = 60) -> float:
    """A ruled table; gives where it ends."""
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell:
                lines(canvas, x + 5 + 150 * column, top + 18 + 25 * row, [cell])
    bottom = top + 25 * len(rows)
    for row in range(len(rows) + 1):
        canvas.line(x, HEIGHT - top - 25 * row, x + 150 * len(rows[0]), HEIGHT - top - 25 * row)
    for column in range(len(rows[0]) + 1):
        canvas.line(x + 150 * column, HEIGHT - top, x + 150 * column, HEIGHT - bottom)
    return bottom


def two_pages(first: Sequence[Sequence[str]], second: Sequence[Sequence[str]], between: str = "", above: str = "", x: float = 60) -> Document:
    """Prose and a table on one page, another table on the next; ``between`` stands below the first, ``above`` over the second."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    lines(canvas, 60, 100, wrapped(PROSE, 90))
    bottom = table(canvas, 400, first)
    if between:
        lines(canvas, 60, bottom + 40, wrapped(between, 90))
    canvas.showPage()
    if above:
        lines(canvas, 60, 80, [above])
    bottom = table(canvas, 100, second, x)
    lines(canvas, 60, bottom + 60, wrapped(PROSE, 90))
    canvas.save()
    return read(buffer.getvalue(), Hints(name="made.pdf"))


def test_a_table_that_goes_on_is_one_with_its_head_once() -> None:
    document = two_pages(FIRST, [HEAD, *SECOND])
    assert [(one.page, one.continues, one.repeated_rows) for one in document.tables] == [(1, False, 0), (2, True, 1)]
    (whole,) = whole_tables(document.tables)
    assert whole.pages == (1, 2) and whole.rows == (*FIRST, *SECOND)


def test_a_sentence_between_two_tables_that_ends_in_continued_parts_them() -> None:
    document = two_pages(FIRST, SECOND, above="In the valley both of the older schemes were continued.")
    assert [one.continues for one in document.tables] == [False, False]


@pytest.mark.parametrize("above", ["", "Table 1 (continued)"])
def test_a_table_goes_on_without_a_head_and_under_a_line_that_says_so(above: str) -> None:
    document = two_pages(FIRST, SECOND, above=above)
    assert [one.rows for one in whole_tables(document.tables)] == [(*FIRST, *SECOND)]


def test_a_row_that_the_page_break_cut_is_made_whole() -> None:
    first = [HEAD, ("Alder", "3", "Visits by nurses"), ("Birch", "2", "Visits by nurses and by")]
    document = two_pages(first, [("", "", "social workers"), ("Cedar", "4", "Calls")])
    assert document.tables[1].torn_row
    assert whole_tables(document.tables)[0].rows == (*first[:2], ("Birch", "2", "Visits by nurses and by social workers"), ("Cedar", "4", "Calls"))


@pytest.mark.parametrize(("between", "above", "x"), [(PROSE, "", 60), ("", "Table 2: what it cost", 60), ("", "", 130)])
def test_tables_with_something_between_them_or_another_name_or_place_are_two(between: str, above: str, x: float) -> None:
    document = two_pages(FIRST, [("Post", "Year", "Cost"), *SECOND], between, above, x)
    assert len(whole_tables(document.tables)) == 2


def test_tables_of_other_columns_are_two() -> None:
    assert len(whole_tables(two_pages(FIRST, [row[:2] for row in SECOND]).tables)) == 2


def test_the_labels_of_a_chart_in_its_grid_are_no_table() -> None:
    def draw(canvas: Canvas) -> None:
        for step in range(6):
            canvas.line(60, HEIGHT - 100 - 40 * step, 460, HEIGHT - 100 - 40 * step)
            canvas.line(60 + 80 * step, HEIGHT - 100, 60 + 80 * step, HEIGHT - 300)
        for column, (row, value) in enumerate(((3, "12%"), (1, "48%"), (0, "63%"), (2, "30%"), (1, "44%"))):
            lines(canvas, 85 + 80 * column, 125 + 40 * row, [value])
        lines(canvas, 60, 400, wrapped(PROSE, 90))

    assert not read(made(draw), Hints(name="made.pdf")).tables


def test_the_axis_above_a_chart_s_table_of_data_is_no_row_of_it() -> None:
    def draw(canvas: Canvas) -> None:
        for y in (100, 220, 245, 270):
            canvas.line(60, HEIGHT - y, 460, HEIGHT - y)
        for column in range(5):
            canvas.line(60 + 100 * column, HEIGHT - (100 if column in (0, 4) else 220), 60 + 100 * column, HEIGHT - 270)
        lines(canvas, 65, 115, [str(tick) for tick in range(8, -1, -1)])
        for column, (name, value) in enumerate((("Alder", "4"), ("Birch", "8"), ("Cedar", "0"), ("Elm", "2"))):
            lines(canvas, 70 + 100 * column, 238, [name])
            lines(canvas, 70 + 100 * column, 263, [value])
        lines(canvas, 60, 400, wrapped(PROSE, 90))

    (one,) = read(made(draw), Hints(name="made.pdf")).tables
    assert one.rows == (("Alder", "Birch", "Cedar", "Elm"), ("4", "8", "0", "2"))


def test_a_blank_form_is_a_table_although_most_of_its_cells_are_empty() -> None:
    rows = [("Skill", "Needed", "Held"), *((f"Skill number {number}", "", "") for number in range(1, 8))]
    document = read(made(lambda canvas: lines(canvas, 60, table(canvas, 100, rows) + 60, wrapped(PROSE, 90))), Hints(name="made.pdf"))
    assert [one.rows for one in document.tables] == [tuple(rows)]


def test_a_caption_about_what_continues_is_no_sign_that_a_table_does() -> None:
    assert _CONTINUED.search("Table 3 (continued)")
    assert _CONTINUED.search("Table 3. Staff by region, cont'd")
    assert not _CONTINUED.search("Table 4. Continued professional development")
    assert not _CONTINUED.search("Admissions continued to fall in 2019.")
