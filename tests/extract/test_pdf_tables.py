"""Tables of PDFs that are read from where their words stand: under bold heads, and beside rows of a merged cell."""

from __future__ import annotations

from reportlab.pdfgen.canvas import Canvas

from extract.pdf import read_pdf
from tests.extract.test_pdf_reading import HEIGHT, PROSE, lines, made, texts, wrapped

ROWS = [
    ("Ann Example", ["Nurse who visits people", "at home"], "Valley Trust"),
    ("Ben Sample", ["Social worker"], "Hill Council"),
    ("Cleo Pattern", ["Adviser for housing and", "for benefits"], "Valley Housing"),
    ("Dan Model", ["Head of records"], "Hill Hospital"),
]


def test_rows_under_bold_heads_are_a_table_although_nothing_is_drawn() -> None:
    def draw(canvas: Canvas) -> None:
        for x, head in ((60, "Name"), (180, "What they do"), (350, "Where")):
            lines(canvas, x, 100, [head], font="Helvetica-Bold")
        top = 125.0
        for name, work, place in ROWS:
            lines(canvas, 60, top, [name])
            lines(canvas, 180, top, work)
            lines(canvas, 350, top, [place])
            top += 12 * len(work) + 14
        lines(canvas, 60, top + 40, wrapped(PROSE, 90))

    page = read_pdf(made(draw)).pages[0]
    assert [table.rows for table in page.tables] == [
        (("Name", "What they do", "Where"), *((name, " ".join(work), place) for name, work, place in ROWS)),
    ]


def test_text_in_columns_under_bold_headings_is_no_table() -> None:
    def draw(canvas: Canvas) -> None:
        for x, head in ((60, "What we did"), (310, "What we found")):
            lines(canvas, x, 100, [head], font="Helvetica-Bold")
            lines(canvas, x, 125, wrapped(f"{head} begins. {PROSE}", 44))

    page = read_pdf(made(draw)).pages[0]
    assert not page.tables
    text = " ".join(page.text.split())
    assert text.index("What we found begins") > text.index("sent to hospital")


def test_an_entry_beside_a_row_of_a_merged_cell_belongs_to_that_row() -> None:
    def draw(canvas: Canvas) -> None:
        for place in range(5):
            y = HEIGHT - 100 - 30 * place
            canvas.line(60 if place in (0, 4) else 200, y, 500, y)
        for x in (60, 200, 350, 500):
            canvas.line(x, HEIGHT - 100, x, HEIGHT - 220)
        for row, (name, work, place_) in enumerate(ROWS):
            lines(canvas, 205, 115 + 30 * row, [name])
            lines(canvas, 355, 115 + 30 * row, [place_])
            del work
        lines(canvas, 65, 115, ["People who visit"])
        lines(canvas, 65, 175, ["People who advise"])

    (table,) = read_pdf(made(draw)).pages[0].tables
    assert [row[0] for row in table.rows] == ["People who visit", "", "People who advise", ""]


def test_a_double_spaced_cell_is_one_row() -> None:
    def draw(canvas: Canvas) -> None:
        for y in (100, 160, 200, 240):
            canvas.line(60, HEIGHT - y, 500, HEIGHT - y)
        for x in (60, 280, 500):
            canvas.line(x, HEIGHT - 100, x, HEIGHT - 240)
        canvas.setFont("Helvetica", 10)
        for y, left, right in ((118, "Nurses and doctors", "Visits to people at"), (142, "on the wards", "home or at work"), (180, "Others", "None"),
                               (220, "All", "Some")):
            canvas.drawString(65, HEIGHT - y, left)
            canvas.drawString(285, HEIGHT - y, right)

    (table,) = read_pdf(made(draw)).pages[0].tables
    assert table.rows[0] == ("Nurses and doctors on the wards", "Visits to people at home or at work")
    assert texts(read_pdf(made(draw)), kind="table")


def test_a_box_parted_by_an_upright_line_is_read_one_side_after_the_other() -> None:
    left = ["What helps", "", "Shared records", *wrapped(PROSE, 36)]
    right = ["What hinders", "", "Separate budgets", "Little time"]

    def draw(canvas: Canvas) -> None:
        for x in (60, 290, 520):
            canvas.line(x, HEIGHT - 90, x, HEIGHT - 330)
        for y in (90, 330):
            canvas.line(60, HEIGHT - y, 520, HEIGHT - y)
        lines(canvas, 65, 105, left)
        lines(canvas, 295, 105, right)
        lines(canvas, 60, 360, wrapped("Below the box. " + PROSE, 90))

    text = " ".join(read_pdf(made(draw)).pages[0].text.split())
    places = [text.index(piece) for piece in ("What helps", "Shared records", "sent to hospital", "What hinders", "Little time", "Below the box")]
    assert places == sorted(places)
