"""Pages that are pictures: recognised where an engine is, said to be missing where none is, and never beyond bounds."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extract.pdf import ocr, reader, scans
from extract.pdf.reader import read_pdf

SENTENCES = [
    "The joint team visited every patient within two days.", "Hospital admissions fell by nine per cent in the first year.",
    "Nurses and social workers shared one record and one budget.", "People said that they had to tell their story only once.",
    "The evaluation compared them with similar people elsewhere.",
]


def picture(turn: int = 0) -> Image.Image:
    """A page's worth of printed text as an image."""
    image = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=34)
    for index, text in enumerate(SENTENCES * 3):
        pen.text((110, 150 + 90 * index), text, font=font, fill=0)
    return image.rotate(turn, expand=True)


def scan(image: Image.Image, heading: str = "") -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.drawImage(ImageReader(image), 0, 0, A4[0], A4[1] - (60 if heading else 0))
    if heading:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(60, A4[1] - 40, heading)
    canvas.save()
    return buffer.getvalue()


def test_without_an_engine_the_page_is_empty_and_the_reading_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "engine", lambda: None)
    reading = read_pdf(scan(picture()))
    assert reading.status == "partial" and "page 1" in str(reading.reason) and "OCR" in str(reading.reason)
    assert reading.pages[0].text == "" and not reading.pages[0].ocr


ENGINES = [
    pytest.param(ocr.tesseract, marks=pytest.mark.skipif(not ocr.shutil.which("tesseract"), reason="Tesseract is not installed")),
    pytest.param(ocr.rapidocr, marks=[
        pytest.mark.slow, pytest.mark.skipif(not ocr.importlib.util.find_spec("rapidocr"), reason="RapidOCR is not installed")
    ]),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_words_of_a_scan_are_found_by_either_engine(engine: ocr.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "engine", lambda: engine)
    page = read_pdf(scan(picture())).pages[0]
    wanted = " ".join(SENTENCES).lower().replace(".", "").split()
    found = set(page.text.lower().replace(".", "").split())
    assert page.ocr
    assert sum(word in found for word in wanted) >= 0.95 * len(wanted)


@pytest.mark.skipif(not ocr.shutil.which("tesseract"), reason="Tesseract is not installed")
def test_a_heading_in_the_text_layer_does_not_hide_a_body_that_is_an_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "engine", lambda: ocr.tesseract)
    page = read_pdf(scan(picture(), "Results of the first year")).pages[0]
    assert page.ocr and "Results of the first year" in page.text and "Hospital admissions fell" in page.text


@pytest.mark.skipif(not ocr.shutil.which("tesseract"), reason="Tesseract is not installed")
def test_a_scan_lying_on_its_side_is_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "engine", lambda: ocr.tesseract)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(A4[1], A4[0]), invariant=1)
    canvas.drawImage(ImageReader(picture(90)), 0, 0, A4[1], A4[0])
    canvas.save()
    assert "Hospital admissions fell by nine per cent" in read_pdf(buffer.getvalue()).pages[0].text


def test_huge_pages_are_rendered_within_the_pixel_bound() -> None:
    for width, height in ((200_000.0, 200_000.0), (10.0, 14_400.0), (595.0, 842.0)):
        scale = ocr.scale_for(width, height)
        assert width * scale * height * scale <= ocr.MAX_PIXELS * 1.001


def test_a_plain_text_page_is_not_sent_to_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> ocr.Engine:
        raise AssertionError("recognition was asked for")

    monkeypatch.setattr(reader, "engine", refuse)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for index, text in enumerate(SENTENCES):
        canvas.drawString(60, 700 - 14 * index, text)
    canvas.drawImage(ImageReader(Image.new("L", (60, 60), 128)), 60, 300, 60, 60)
    canvas.save()
    assert "Hospital admissions" in read_pdf(buffer.getvalue()).pages[0].text


def test_an_image_of_too_many_pixels_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "MAX_IMAGE_PIXELS", 1000)
    monkeypatch.setattr(reader, "engine", lambda: ocr.tesseract)
    reading = read_pdf(scan(picture()))
    assert reading.status == "partial" and "too large" in str(reading.reason)


@pytest.mark.skipif(not ocr.shutil.which("tesseract"), reason="Tesseract is not installed")
def test_a_page_that_takes_too_long_to_recognise_is_reported_and_not_passed_off_as_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "engine", lambda: ocr.tesseract)
    monkeypatch.setattr(ocr, "SECONDS_A_PAGE", 0.001)
    reading = read_pdf(scan(picture()))
    assert reading.status == "partial" and "not recognised within" in str(reading.reason)


@pytest.mark.skipif(not ocr.shutil.which("tesseract"), reason="Tesseract is not installed")
def test_words_hidden_below_a_picture_neither_show_nor_hide_what_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "engine", lambda: ocr.tesseract)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 16)
    for index in range(3):
        canvas.drawString(70, A4[1] - 86 - 43.2 * index, "A template footer")
    canvas.drawImage(ImageReader(picture()), 0, 0, A4[0], A4[1])
    canvas.save()
    page = read_pdf(buffer.getvalue()).pages[0]
    assert all(text.rstrip(".") in page.text.replace("\n", " ") for text in SENTENCES)
    assert "template" not in page.text
