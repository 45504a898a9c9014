"""The PDF reader on files made here: what a careful reader would copy out of them."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from evidence.errors import Refused
from extract.pdf import PdfReading, read_pdf

WIDTH, HEIGHT = A4
PROSE = (
    "Teams from the hospital and the council met every week to plan the care of older people. They shared one record and one "
    "budget. Nurses visited people at home and social workers joined them where it helped. After a year fewer people were sent to "
    "hospital. "
)


def made(draw: Callable[[Canvas], None], **options: object) -> bytes:
    """The bytes of a PDF that ``draw`` fills."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, **options)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def lines(canvas: Canvas, x: float, top: float, texts: list[str], size: float = 10, font: str = "Helvetica") -> None:
    """Set lines one below the other; ``top`` counts from the page's top."""
    canvas.setFont(font, size)
    for index, text in enumerate(texts):
        canvas.drawString(x, HEIGHT - top - index * 1.2 * size, text)


def wrapped(text: str, letters: int) -> list[str]:
    found: list[str] = [""]
    for word in text.split():
        if len(found[-1]) + len(word) > letters:
            found.append("")
        found[-1] = f"{found[-1]} {word}".strip()
    return found


def texts(reading: PdfReading, page: int = 1, kind: str | None = None) -> list[str]:
    return [block.text for block in reading.pages[page - 1].blocks if kind is None or block.kind == kind]


def test_two_columns_whose_lines_align_are_not_read_across() -> None:
    left, right = wrapped("Left begins. " + PROSE, 44), wrapped("Right begins. " + PROSE, 44)

    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 100, left)
        lines(canvas, 310, 100, right)

    text = " ".join(read_pdf(made(draw)).pages[0].text.split())
    assert text.index("Right begins") > text.index("sent to hospital")
    assert "Teams from the hospital and the council met every week" in text


def test_short_lines_between_indented_paragraphs_stay_in_their_place() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 120, 100, wrapped("First condition is that " + PROSE, 70))
        lines(canvas, 60, 190, ["OR"])
        lines(canvas, 120, 220, wrapped("Second condition is that " + PROSE, 70))

    text = read_pdf(made(draw)).pages[0].text
    assert text.index("First condition") < text.index("OR") < text.index("Second condition")


def test_running_header_footer_and_page_numbers_are_set_aside() -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(1, 6):
            lines(canvas, 60, 30, ["Joining up care in the valley"], 8)
            lines(canvas, 60, 300, wrapped(f"Page body {number}. " + PROSE, 90))
            lines(canvas, 290, 810, [f"Page {number} of 5"], 8)
            canvas.showPage()

    reading = read_pdf(made(draw))
    for page in reading.pages:
        assert "Joining up care" not in page.text and "of 5" not in page.text
        assert "Joining up care in the valley" in page.furniture
        assert f"Page body {page.number}" in page.text


def test_numbered_captions_at_the_same_height_are_not_taken_for_running_matter() -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(1, 6):
            lines(canvas, 60, 60, [f"Table {number}: Visits by month"], 9)
            lines(canvas, 60, 100, wrapped(PROSE, 90))
            canvas.showPage()

    assert all(f"Table {page.number}: Visits" in page.text for page in read_pdf(made(draw)).pages)


def test_line_end_hyphens_are_joined_in_words_and_kept_in_compounds() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 100, [
            "The programme measured emergency admis-", "sions and the quality of decision-", "making in a self-",
            "care service over time.",
        ])

    text = read_pdf(made(draw)).pages[0].text
    assert "emergency admissions and" in text
    assert "decision-making in a self-care service" in text


def test_note_markers_are_left_out_and_exponents_kept() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 11)
        canvas.drawString(60, 700, "Care improved.")
        end = 60 + canvas.stringWidth("Care improved.", "Helvetica", 11)
        canvas.setFont("Helvetica", 6)
        canvas.drawString(end, 704, "12")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(end + 12, 700, "A ward of 40 m")
        end += 12 + canvas.stringWidth("A ward of 40 m", "Helvetica", 11)
        canvas.setFont("Helvetica", 6)
        canvas.drawString(end, 704, "2")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(end + 7, 700, "opened.")

    assert read_pdf(made(draw)).pages[0].text == "Care improved. A ward of 40 m² opened."


def test_overprinted_bold_is_read_once() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 100, ["Key message"], 12)
        lines(canvas, 60.4, 100, ["Key message"], 12)
        lines(canvas, 60, 130, wrapped(PROSE, 90))

    assert read_pdf(made(draw)).pages[0].text.count("Key") == 1


def test_list_items_are_blocks_of_their_own_with_one_kind_of_bullet() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 100, ["The teams agreed on:"])
        for index, item in enumerate(["one shared record", "a weekly meeting that every", "a joint budget"]):
            canvas.drawString(70, HEIGHT - 125 - 24 * index, "\u2022")
            canvas.drawString(88, HEIGHT - 125 - 24 * index, item)
            if index == 1:
                canvas.drawString(88, HEIGHT - 125 - 24 * index - 12, "partner attends")

    assert texts(read_pdf(made(draw)), kind="list") == [
        "• one shared record", "• a weekly meeting that every partner attends", "• a joint budget"
    ]


def test_headings_take_their_level_from_size() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 80, ["Care in one place"], 20, "Helvetica-Bold")
        lines(canvas, 60, 120, ["Background"], 14, "Helvetica-Bold")
        lines(canvas, 60, 145, wrapped(PROSE, 90))
        lines(canvas, 60, 220, ["Methods"], 14, "Helvetica-Bold")
        lines(canvas, 60, 245, wrapped(PROSE, 90))

    page = read_pdf(made(draw)).pages[0]
    assert [(b.text, b.level) for b in page.blocks if b.kind == "heading"] == [
        ("Care in one place", 1), ("Background", 2), ("Methods", 2)
    ]


def test_ruled_table_becomes_cells_and_keeps_its_caption() -> None:
    rows = [["Site", "Visits", "Share"], ["North", "120", "40%"], ["South", "180", "60%"]]

    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 80, ["Table 1: Visits by site"])
        xs, ys = [60, 180, 260, 340], [HEIGHT - 100 - 20 * n for n in range(4)]
        canvas.grid(xs, ys)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                canvas.drawString(xs[column] + 4, ys[row] - 14, cell)
        lines(canvas, 60, 200, wrapped(PROSE, 90))

    page = read_pdf(made(draw)).pages[0]
    assert [list(row) for row in page.tables[0].rows] == rows
    assert page.tables[0].caption == "Table 1: Visits by site"
    assert not any("North" in block.text for block in page.blocks if block.kind != "table")


def test_table_with_only_horizontal_rules_becomes_cells() -> None:
    rows = [["Variable", "Odds ratio", "P-value"], ["Age", "1.20", "0.041"], ["Sex", "0.98", "0.670"], ["Ward", "2.10", "0.003"]]

    def draw(canvas: Canvas) -> None:
        for y in (96, 116, 180):
            canvas.line(60, HEIGHT - y, 400, HEIGHT - y)
        for index, row in enumerate(rows):
            for column, cell in enumerate(row):
                lines(canvas, 64 + 120 * column, 110 + 18 * index, [cell])
        lines(canvas, 60, 240, wrapped(PROSE, 90))

    assert [list(row) for row in read_pdf(made(draw)).pages[0].tables[0].rows] == rows


def test_references_are_one_block_an_entry() -> None:
    entries = [
        "Adams J, Brown P. Shared records in primary care. J Care. 2015;4:12-19.",
        "Clark S. Joint budgets and their effects. Health Policy. 2017;8:100-110.",
        "Davies R, Evans T. Teams that stay together. Ageing. 2019;2:5-9.",
    ]

    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 80, wrapped(PROSE, 90))
        lines(canvas, 60, 200, ["References"], 14, "Helvetica-Bold")
        for index, entry in enumerate(entries):
            first, second = wrapped(f"{index + 1}. {entry}", 50)[:2]
            lines(canvas, 60, 230 + 24 * index, [first])
            lines(canvas, 74, 242 + 24 * index, [second])

    found = texts(read_pdf(made(draw)), kind="reference")
    assert [text.split(". ", 1)[1] for text in found] == entries


def test_a_page_turned_by_its_rotation_reads_like_any_other() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.saveState()
        canvas.translate(WIDTH, 0)
        canvas.rotate(90)
        canvas.setFont("Helvetica", 10)
        for index, text in enumerate(wrapped(PROSE, 90)):
            canvas.drawString(60, 500 - 12 * index, text)
        canvas.restoreState()

    page = read_pdf(made(draw)).pages[0]
    assert " ".join(page.text.split()) == PROSE.strip()
    boxes = [line for block in page.blocks for line in block.lines]
    assert all(0 <= b.x0 < b.x1 <= page.width and 0 <= b.y0 < b.y1 <= page.height and b.x1 - b.x0 > b.y1 - b.y0 for b in boxes)
    assert [b.y0 for b in boxes] == sorted(b.y0 for b in boxes)


def test_sideways_text_on_an_upright_page_is_read_and_its_boxes_stand_upright() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(WIDTH, 0)
        canvas.rotate(90)
        canvas.setFont("Helvetica", 10)
        for index, text in enumerate(wrapped(PROSE, 90)):
            canvas.drawString(60, 500 - 12 * index, text)

    page = read_pdf(made(draw)).pages[0]
    assert " ".join(page.text.split()) == PROSE.strip()
    assert all(line.y1 - line.y0 > line.x1 - line.x0 for block in page.blocks for line in block.lines)


def test_text_outside_the_crop_box_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setCropBox((50, 50, 400, 800))
        lines(canvas, 60, 100, ["Inside the page"])
        canvas.drawString(450, 700, "Printer's mark")

    assert read_pdf(made(draw)).pages[0].text == "Inside the page"


def test_lines_slice_their_text_and_boxes_lie_on_the_page() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 100, wrapped(PROSE * 3, 80))

    page = read_pdf(made(draw)).pages[0]
    for block in page.blocks:
        covered = 0
        for line in block.lines:
            assert covered <= line.start <= line.end <= len(block.text)
            assert block.text[line.start:line.end] == block.text[line.start:line.end].strip() != ""
            assert 0 <= line.x0 < line.x1 <= page.width and 0 <= line.y0 < line.y1 <= page.height
            covered = line.end
        assert covered == len(block.text)


def test_reading_twice_gives_the_same() -> None:
    payload = made(lambda canvas: lines(canvas, 60, 100, wrapped(PROSE * 3, 80)))
    assert read_pdf(payload) == read_pdf(payload)


@pytest.mark.parametrize("payload", [b"", b"not a pdf", b"%PDF-1.7\n", b"%PDF-1.4\ntrailer<</Root 1 0 R>>\n%%EOF"])
def test_what_cannot_be_read_is_refused_in_one_line(payload: bytes) -> None:
    with pytest.raises(Refused) as error:
        read_pdf(payload)
    assert str(error.value) and "\n" not in str(error.value)


def test_encrypted_file_is_refused_as_such() -> None:
    payload = made(lambda canvas: lines(canvas, 60, 100, ["secret"]), encrypt="password")
    with pytest.raises(Refused, match="encrypted"):
        read_pdf(payload)
