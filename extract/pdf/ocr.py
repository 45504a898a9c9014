"""Words from page pictures: Tesseract where its program is installed, else RapidOCR, whose models come inside its package.

On the scanned pages of the development set both find over 97 % of the words (docs/measures.md); Tesseract is seven times as fast and
keeps spaces better. Neither is asked to download anything.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import Any

import numpy as np
from PIL import Image

DPI, RAPID_DPI = 250, 150
MAX_PIXELS = 14_000_000
"""A page is never rendered larger: A3 at 250 dpi is 12 million pixels."""
MIN_CONFIDENCE = 30.0
GOOD_CONFIDENCE = 65.0
SECONDS_A_PAGE = 60


@dataclass(slots=True)
class SeenWord:
    """A recognised word: its box in pixels, the vertical extent of its line, and a number for the line."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    line: int
    confidence: float


Engine = Callable[[Image.Image], list[SeenWord]]


def scale_for(width: float, height: float) -> float:
    """Pixels a point at which a page of this size (points) is rendered."""
    usual = DPI / 72
    area = max(1.0, width * height)
    return float(min(usual, (MAX_PIXELS / area) ** 0.5))


@lru_cache(maxsize=1)
def engine() -> Engine | None:
    """The best engine of this machine, or None; ``INTEGRAND_OCR`` (tesseract, rapidocr, none) overrides."""
    wanted = os.environ.get("INTEGRAND_OCR", "")
    if wanted == "none":
        return None
    if wanted != "rapidocr" and shutil.which("tesseract"):
        return tesseract
    if wanted != "tesseract" and importlib.util.find_spec("rapidocr"):
        return rapidocr
    return None


def recognised(picture: Image.Image, read: Engine, page: bool = True) -> tuple[list[SeenWord], int]:
    """The words of a picture and the quarter turns clockwise after which they were read.

    Turns are tried where few or doubtful words were found, on a whole ``page`` only: a scan may lie on its side, while a figure on
    a page that stands upright does too (on the real site, half of the time of recognition went into turning photographs).
    """
    words = read(picture)
    turn = 0
    if page and (_confidence(words) < GOOD_CONFIDENCE or len(words) < 8):
        for quarter in _turns(picture, read):
            other = read(picture.transpose(_TURNS[quarter]))
            if _weight(other) > 1.3 * _weight(words) + 3:
                words, turn = other, quarter
    sure = sure_lines(words, GOOD_CONFIDENCE)
    return [word for word in words if word.confidence >= MIN_CONFIDENCE or (word.line in sure and len(word.text) > 3)], turn


def sure_lines(words: list[SeenWord], least: float) -> set[int]:
    """Lines of whose words the engine is sure on the whole: a doubtful word among them is better kept than lost."""
    lines: dict[int, list[float]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word.confidence)
    return {line for line, confidences in lines.items() if sum(confidences) >= least * len(confidences)}


_TURNS = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}


def _turns(picture: Image.Image, read: Engine) -> tuple[int, ...]:
    """Quarter turns worth trying: what Tesseract's orientation detection says, else all."""
    if read is not tesseract:
        return (1, 3, 2)
    answer = _run(picture, "--psm", "0", "-l", "osd")
    for line in answer.splitlines():
        if line.startswith("Rotate:"):
            quarter = round(int(line.split(":")[1]) / 90) % 4
            return (quarter,) if quarter else ()
    return ()


def _confidence(words: list[SeenWord]) -> float:
    return median(word.confidence for word in words) if words else 0.0


def _weight(words: list[SeenWord]) -> float:
    return sum(word.confidence / 100 for word in words if len(word.text) > 2)


def tesseract(picture: Image.Image) -> list[SeenWord]:
    """Words by the Tesseract program, with its automatic page segmentation."""
    found: list[SeenWord] = []
    table = csv.DictReader(io.StringIO(_run(picture, "--psm", "3", "-l", "eng", "tsv")), delimiter="\t", quoting=csv.QUOTE_NONE)
    extent = (0.0, 0.0)
    line = 0
    for row in table:
        try:
            level, top, height = int(row["level"]), float(row["top"]), float(row["height"])
            left, width, confidence = float(row["left"]), float(row["width"]), float(row["conf"])
        except (TypeError, ValueError, KeyError):
            continue
        if level == 4:
            line += 1
            extent = (top, top + height)
        elif level == 5 and (row["text"] or "").strip():
            found.append(SeenWord(row["text"].strip(), left, extent[0], left + width, extent[1], line, confidence))
    return found


def _run(picture: Image.Image, *options: str) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "PPM")
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(
            ["tesseract", "stdin", "stdout", "--dpi", str(DPI), *options], input=buffer.getvalue(), capture_output=True,
            timeout=SECONDS_A_PAGE, env=environment, check=False,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"its picture was not recognised within {SECONDS_A_PAGE} s") from None
    if done.returncode and "osd" not in options:  # orientation detection fails on pictures without letters
        raise OSError("Tesseract could not read its picture")
    return done.stdout.decode("utf-8", "replace")


@lru_cache(maxsize=1)
def _rapid() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical"})


def rapidocr(picture: Image.Image) -> list[SeenWord]:
    """Words by RapidOCR: its lines, cut at spaces in proportion to their letters.

    The picture is made smaller first: at 250 dpi long lines are detected in halves or two at a time (16 of 20 strings on the scan
    of the development set), at 150 dpi they are whole.
    """
    shrunk = RAPID_DPI / DPI
    pixels = np.asarray(picture.convert("RGB").resize((max(1, round(picture.width * shrunk)), max(1, round(picture.height * shrunk)))))[:, :, ::-1]
    answer = _rapid()(pixels)
    found: list[SeenWord] = []
    if answer.boxes is None or answer.txts is None:
        return found
    for line, (corners, text, score) in enumerate(zip(answer.boxes, answer.txts, answer.scores, strict=True)):
        xs, ys = [float(point[0]) / shrunk for point in corners], [float(point[1]) / shrunk for point in corners]
        x0, x1 = min(xs), max(xs)
        y0, y1 = (ys[0] + ys[1]) / 2, (ys[2] + ys[3]) / 2
        inset = 0.12 * (y1 - y0)
        step = (x1 - x0) / max(1, len(text))
        at = 0
        for word in text.split(" "):
            if word:
                found.append(SeenWord(
                    word, x0 + at * step, y0 + inset, x0 + (at + len(word)) * step, y1 - inset, line, 100.0 * float(score)
                ))
            at += len(word) + 1
    return found
