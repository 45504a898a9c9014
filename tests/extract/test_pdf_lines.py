"""Lines of PDFs that are easily torn: stretched ones, labelled captions, figures set one by one, letters of formulas."""

from __future__ import annotations

from reportlab.pdfgen.canvas import Canvas

from extract.pdf import read_pdf
from extract.reading import Hints, read
from tests.bench.hostile import assembled
from tests.extract.test_pdf_reading import HEIGHT, PROSE, lines, made, texts, wrapped


def stretched(canvas: Canvas, y: float, pieces: list[tuple[float, str]]) -> None:
    for x, text in pieces:
        canvas.drawString(x, y, text)


def test_a_line_with_wide_gaps_stays_in_its_sentence() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 100, ["The study was led by two universities and by the Journal of Examples of shared"])
        canvas.setFont("Helvetica", 10)
        stretched(canvas, HEIGHT - 112, [(60, "offices in rural"), (200, "districts and towns"), (340, "of the northern region")])
        lines(canvas, 60, 124, wrapped("where people live far from any hospital and few of them can drive. " + PROSE, 80))

    whole = "by the Journal of Examples of shared offices in rural districts and towns of the northern region where people"
    assert whole in texts(read_pdf(made(draw)))[0]


def test_a_captions_label_that_stands_apart_does_not_part_the_caption() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 100, ["TABLE 2"], font="Helvetica-Bold")
        lines(canvas, 118, 100, ["Characteristics of the people who were visited at home by both teams in the"])
        lines(canvas, 60, 112, ["northern region, by year and by district"])
        canvas.grid([60, 200, 350, 520], [HEIGHT - 130 - 20 * row for row in range(4)])
        for row in range(3):
            for column, text in enumerate(("Valley", "forty", "two teams")):
                lines(canvas, (65, 205, 355)[column], 144 + 20 * row, [text])
        lines(canvas, 60, 230, wrapped(PROSE, 90))

    first = texts(read_pdf(made(draw)))[0]
    assert first.startswith("TABLE 2 Characteristics of") and first.endswith("both teams in the northern region, by year and by district")


def test_figures_that_stand_on_one_width_are_one_number_and_apart_where_a_space_is() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        x = 60.0
        for letter in "audited 111 of 211 and 1 1 more":
            if letter != " ":
                canvas.drawString(x, 700, letter)
            x += canvas.stringWidth(letter, "Helvetica", 10)

    assert texts(read_pdf(made(draw))) == ["audited 111 of 211 and 1 1 more"]


def test_a_capital_that_kerning_parts_from_its_word_is_of_the_word() -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(60, 700)
        text.setFont("Helvetica", 12)
        text._code.append("[(11. T) 0 ( ) 320 (he value of sharing a desk in Plan B is known)] TJ")
        canvas.drawText(text)

    assert texts(read_pdf(made(draw))) == ["11. The value of sharing a desk in Plan B is known"]


def test_notes_below_each_other_are_notes_of_their_own() -> None:
    notes = ["7 Example Trust, Sharing a desk, October 2020", "8 Letter of the Valley", "9 See page 3 of the report that the Example Trust gave on",
             "10 October 2020, and its annex", "10 Example Council, Two desks in one room, 2021"]

    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 100, wrapped(PROSE, 90))
        lines(canvas, 60, 720, notes, size=7)

    found = [block.text for block in read_pdf(made(draw)).pages[0].blocks if block.kind == "footnote"]
    assert found == [*notes[:2], f"{notes[2]} {notes[3]}", notes[4]]


def test_letters_of_formulas_are_read_as_letters() -> None:
    stream = b"BT /F1 12 Tf 72 700 Td (Let # denote the count of people) Tj ET"
    letters = b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00><FF> endcodespacerange "
    letters += b"2 beginbfrange <20><22><0020> <24><7E><0024> endbfrange 1 beginbfchar <23><D835DC4C> endbfchar endcmap end end"
    page = assembled([
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>", b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Length %d>>stream\n%s\nendstream" % (len(letters), letters),
    ])
    assert texts(read_pdf(page)) == ["Let Y denote the count of people"]


def test_a_web_address_torn_off_by_a_lines_end_does_not_end_the_reference_list() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 60, wrapped(PROSE, 90))
        lines(canvas, 60, 140, ["References"], 14, "Helvetica-Bold")
        lines(canvas, 60, 165, ["Example A. Sharing an office. London: Example Trust; 2019. Available from:"])
        lines(canvas, 60, 185, ["https://example.org/reports/sharing-an-office/2019/full-report.pdf"], 12, "Helvetica-Bold")
        lines(canvas, 60, 210, ["Sample B. Working side by side. Journal of Examples 2020;3:1-9."])

    kinds = {block.text[:10]: block.kind for block in read_pdf(made(draw)).pages[0].blocks}
    assert kinds["Sample B. "] == "reference"


def test_a_date_of_access_on_a_line_of_its_own_belongs_to_its_entry() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 60, wrapped(PROSE, 90))
        lines(canvas, 60, 140, ["References"], 14, "Helvetica-Bold")
        lines(canvas, 60, 165, ["10. Example Institute. (2015). Sharing offices. Available at: https://example.org (Accessed: 18", "December 2018)."])
        lines(canvas, 60, 205, ["11. Sample B. Working side by side. Journal of Examples 2020;3:1-9."])

    entries = [block.text for block in read_pdf(made(draw)).pages[0].blocks if block.kind == "reference"]
    assert len(entries) == 2 and entries[0].endswith("18 December 2018).")


def test_a_sentence_that_a_page_break_cuts_is_marked_on_both_sides_and_no_other() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 60, wrapped(PROSE + "A year later the two teams had been asked whether", 90))
        canvas.line(60, 120, 200, 120)
        lines(canvas, 60, 740, ["1 See the report of the first year."], 7)
        canvas.showPage()
        lines(canvas, 60, 60, wrapped("they would share an office again, and most of them said that they would. " + PROSE, 90))
        canvas.showPage()
        lines(canvas, 60, 60, wrapped("Nothing was cut here. " + PROSE, 90))

    document = read(made(draw), Hints(name="report.pdf"))
    torn = [(one.page, one.torn_start, one.torn_end) for one in document.passages if one.torn_start or one.torn_end]
    assert torn == [(1, False, True), (2, True, False)]


def test_filled_form_fields_and_notes_on_the_page_are_read_where_they_stand() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 100, ["Name of the service:"])
        canvas.acroForm.textfield(name="service", value="Valley nursing team", x=180, y=HEIGHT - 106, width=200, height=18, fontSize=10)
        lines(canvas, 60, 160, wrapped(PROSE, 90))

    text = " ".join(read_pdf(made(draw)).pages[0].text.split())
    assert "Name of the service: Valley nursing team" in text
    shown = b"BT /F1 12 Tf 4 6 Td (Checked by the council) Tj ET"
    page = b"BT /F1 12 Tf 72 700 Td (Plan of shared visits) Tj ET"
    note = assembled([
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Annots[6 0 R]/Resources<</Font<</F1 4 0 R>>>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", b"<</Length %d>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/Annot/Subtype/FreeText/F 4/Rect[72 600 300 620]/Contents(Checked by the council)/DA(/F1 12 Tf)/AP<</N 7 0 R>>>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 228 20]/Resources<</Font<</F1 4 0 R>>>>/Length %d>>stream\n%s\nendstream" % (len(shown), shown),
    ])
    assert texts(read_pdf(note)) == ["Plan of shared visits", "Checked by the council"]
