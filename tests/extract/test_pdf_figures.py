"""What stands around figures and quotations: labels of charts, captions of two lines, heads of tables, raised marks, dated notes."""

from __future__ import annotations

import pytest
from reportlab.pdfgen.canvas import Canvas

from extract.assembly import lay_out
from extract.blocks import Block, Leaf
from extract.chart_labels import labels_aside
from extract.metadata.imprint import imprint_of
from extract.pdf import read_pdf, spelling
from extract.pdf.characters import Font, Run, Word
from extract.pdf.lines import mark_small, segments
from extract.pdf.spelling import Vocabulary
from extract.reading import Hints, read
from tests.bench.hostile import assembled
from tests.extract.test_pdf_reading import HEIGHT, PROSE, lines, made, texts, wrapped

BARS = (("Nurses", "41.5"), ("Carers", "30"), ("Doctors", "12"), ("Others", "4.2"))


def chart(canvas: Canvas, top: float) -> None:
    for row, (name, share) in enumerate(BARS):
        y = top + 30 * row
        lines(canvas, 60, y, [name], 8)
        canvas.rect(110, HEIGHT - y, 4 * float(share), 10, fill=1)
        lines(canvas, 120 + 4 * float(share), y, [share], 8)
    for place in range(5):
        lines(canvas, 110 + 40 * place, top + 130, [str(10 * place)], 8)


def test_labels_of_a_chart_are_no_passages_of_the_text() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 60, wrapped(PROSE, 90))
        lines(canvas, 60, 140, ["Figure 3: Share of visits by the person who made them"], font="Helvetica-Bold")
        chart(canvas, 170)
        lines(canvas, 60, 340, wrapped("Below the chart. " + PROSE, 90))

    document = read(made(draw), Hints(name="report.pdf"))
    text = document.pages[0].text
    kinds = {text[one.start : one.end]: one.kind for one in document.passages}
    assert all(name in text and share in text for name, share in BARS)
    assert {kind for words, kind in kinds.items() if len(words.split()) < 6} == {"boilerplate"}
    assert [kind for words, kind in kinds.items() if "Below the chart" in words] == ["body"]


@pytest.mark.parametrize("below", [
    ["Ann Example", "Ben Sample", "Cleo Pattern", "Dan Model", "12 High Street"],
    ["Sharing an office 4", "Sharing records 9", "What we found 12", "What it cost 15"],
    ["In 2019 the teams moved.", "In 2020 they stayed.", "In 2021 they left.", "In 2022 they came back."],
])
def test_names_contents_and_short_sentences_below_a_caption_stay_passages(below: list[str]) -> None:
    blocks = [Block("caption", "Figure 1: Who works where"), *(Block("body", text) for text in below)]
    assert [block.kind for block in labels_aside(blocks)[1:]] == ["body"] * len(below)


def test_the_second_line_of_a_caption_stands_before_the_labels_of_its_chart() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 60, wrapped(PROSE, 90))
        canvas.setFont("Helvetica-Bold", 11)
        canvas.drawCentredString(290, HEIGHT - 140, "Figure 3: Share of all visits in the northern region by who made them, 2016–")
        canvas.drawCentredString(290, HEIGHT - 153, "2021")
        for row, (left, right) in enumerate((("the most", "three times as many"), ("many", "the office opens"), ("the fewest", "the first visit"))):
            lines(canvas, 60, 190 + 25 * row, [left], 8)
            lines(canvas, 200, 190 + 25 * row, [right], 8)
        lines(canvas, 60, 300, wrapped("Below the chart. " + PROSE, 90))

    captions = texts(read_pdf(made(draw)), kind="caption")
    assert captions == ["Figure 3: Share of all visits in the northern region by who made them, 2016–2021"]


def test_a_paragraphs_short_last_line_does_not_begin_the_column_below() -> None:
    left, right = wrapped("Left side. " + PROSE, 42), wrapped("Right side. " + PROSE, 42)
    whole = [*wrapped(PROSE, 94)[:2], "Valley Trust."]

    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 100, whole)
        lines(canvas, 60, 100 + 12 * len(whole) + 14, left)
        lines(canvas, 310, 100 + 12 * len(whole) + 14, right)

    text = " ".join(read_pdf(made(draw)).pages[0].text.split())
    assert texts(read_pdf(made(draw)))[0] == " ".join(whole)
    assert text.index("Valley Trust.") < text.index("Left side") < text.index("Right side")


def test_a_tables_head_of_two_lines_is_one_row_and_a_row_of_its_own_stays_one() -> None:
    def draw(canvas: Canvas, bold_row: bool) -> None:
        for y in (92, 121, 172):
            canvas.line(60, HEIGHT - y, 500, HEIGHT - y)
        lines(canvas, 300, 104, ["Shared"], font="Helvetica-Bold")
        for x, head in ((60, "Measure"), (300, "offices (%)"), (420, "Others (%)")):
            lines(canvas, x, 116, [head], font="Helvetica-Bold" if bold_row else "Helvetica")
        for row, name in enumerate(("Visits at home", "Visits on wards", "Calls by night", "Calls by day")):
            lines(canvas, 60, 132 + 12 * row, [name])
            lines(canvas, 300, 132 + 12 * row, [f"{40 + row}.5"])
            lines(canvas, 420, 132 + 12 * row, [f"{30 + row}.5"])

    (table,) = read_pdf(made(lambda canvas: draw(canvas, True))).pages[0].tables
    assert table.rows[0] == ("Measure", "Shared offices (%)", "Others (%)")
    (table,) = read_pdf(made(lambda canvas: draw(canvas, False))).pages[0].tables
    assert table.rows[1] == ("Measure", "offices (%)", "Others (%)")


@pytest.mark.parametrize(("row", "line"), [
    ((("on", 60, 70, 10), ("14", 74, 85, 10), ("th", 85, 90, 6), ("May", 99, 118, 10)), "on 14th May"),
    ((("the", 40, 54, 10), ("Week", 60, 84, 10), ("15", 92, 98, 6), (".", 99, 101, 10), ("Both", 105, 124, 10)), "the Week. Both"),
])
def test_wide_spaces_beside_a_raised_mark_do_not_part_its_line(row: tuple[tuple[str, float, float, float], ...], line: str) -> None:
    runs = {size: Run(Font("Serif", False, False), size, (1.0, 0.0), (0.0, 0.0), False) for size in (6.0, 10.0)}
    words = [Word(text, x0, 90.0, x1, 100.0, 96.0 if size == 6 else 100.0, size, runs[size]) for text, x0, x1, size in row]
    mark_small(words)
    assert [found.text for found in segments(words)] == [line]


def test_what_somebody_said_is_no_heading() -> None:
    said = "“I like that they share a desk, I can ask them both!”"

    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 100, wrapped(PROSE, 90))
        lines(canvas, 60, 180, [said], font="Helvetica-BoldOblique")
        lines(canvas, 60, 210, wrapped(PROSE, 90))
        lines(canvas, 60, 290, ["“A shared desk”"], font="Helvetica-Bold")
        lines(canvas, 60, 310, wrapped(PROSE, 90))

    kinds = {block.text: block.kind for block in read_pdf(made(draw)).pages[0].blocks}
    assert kinds[said] == "body" and kinds["“A shared desk”"] == "heading"


def test_the_date_of_what_a_note_cites_is_none_of_publication() -> None:
    note = "3 Example Trust, Sharing a desk. Report published 4 May 2011"
    told = Block("body", "First published 7 June 2019")
    for blocks, dates in (((Block("footnote", note),), []), ((told, Block("footnote", note)), ["2019-06-07"])):
        layout = lay_out((Leaf(1, (Block("heading", "Sharing a desk", 1), *blocks)),))
        imprint = imprint_of(layout, ())
        assert [one.value for one in (*imprint.stated, *imprint.loose) if one.field == "published"][:1] == dates


def test_words_are_counted_whole() -> None:
    vocabulary = Vocabulary()
    vocabulary.add(["Follow-up is followup", "a followup's follow-up-visit, xfollowup", "cut follow-"])
    assert (vocabulary.count("followup"), vocabulary.count("follow-up"), vocabulary.count("follow")) == (2, 1, 0)


def test_words_are_counted_alike_and_no_text_is_read_again_where_many_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    vocabulary = Vocabulary()
    vocabulary.add(["Follow-up is followup", "a followup's follow-up-visit, xfollowup 2followup", "-followup- don't"])
    asked = ("followup", "follow-up", "is", "up", "follow-up-visit", "don't", "nothing")
    searched = [vocabulary.count(word) for word in asked]
    for _ in range(spelling.SEARCHES):
        vocabulary.count("followup")
    assert [vocabulary.count(word) for word in asked] == searched == [4, 1, 1, 0, 1, 1, 0]
    vocabulary.add(["followup again"])
    monkeypatch.setattr(spelling, "_count", None)
    assert (vocabulary.count("followup"), vocabulary.count("again")) == (5, 1)


def test_a_line_in_another_font_is_a_heading_where_weights_make_no_sense() -> None:
    body = ["/F1 10 Tf 72 700 Td 12 TL", *(f"({line}) '" for line in wrapped(PROSE, 70)), "0 -24 Td /F2 10 Tf (What we found) Tj 0 -24 Td /F1 10 Tf"]
    stream = " ".join(["BT", *body, *(f"({line}) '" for line in wrapped(PROSE, 70)), "ET"]).encode()
    page = assembled([
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        *(b"<</Type/Font/Subtype/Type1/BaseFont/%s/FontDescriptor %d 0 R>>" % (name, at) for name, at in ((b"Unnamed1", 7), (b"Unnamed2", 8))),
        *(b"<</Type/FontDescriptor/FontName/%s/Flags 32/StemV 900/ItalicAngle 0/Ascent 700/Descent -200/CapHeight 700/FontBBox[0 0 900 900]>>" % name
          for name in (b"Unnamed1", b"Unnamed2")),
    ])
    kinds = {block.text[:13]: block.kind for block in read_pdf(page).pages[0].blocks}
    assert kinds["What we found"] == "heading" and set(kinds.values()) == {"heading", "body"}
