"""Labels of charts that are drawn, not pictured: their ticks, figures and names of bars are no sentences that a reader would copy out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extract.blocks import Block

FEWEST_LABELS = 4
MOST_WORDS = 8
NUMBERED = 0.5
"""Share of the labels beside a caption that hold a number; lines of addresses or lists of names have fewer. Some must hold nothing else, as
no line of a table of contents does."""
_CAPTION = re.compile(r"(?:figure|fig\.?|chart|graph)\s*[A-Z]?\d", re.I)
_NUMBER = re.compile(r"(?<![^\s(£$€~<>≤≥+–−-])\d[\d,.]*(?:%|x)?(?=[\s)–-]|$)")
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*$")


def labels_aside(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """A page's blocks, with the labels between a figure's caption and the next sentence marked as boilerplate: they stay in the page's text."""
    found = list(blocks)
    for at, block in enumerate(blocks):
        if block.kind != "caption" or not _CAPTION.match(block.text):
            continue
        for step in (1, -1):
            run = _run(blocks, at, step)
            numbered = sum(_NUMBER.search(blocks[place].text) is not None for place in run)
            ticks = any(not any(map(str.isalpha, blocks[place].text)) for place in run)
            if ticks and len(run) >= FEWEST_LABELS and numbered >= NUMBERED * len(run):
                for place in run:
                    found[place] = replace(blocks[place], kind="boilerplate")
    return tuple(found)


def _run(blocks: Sequence[Block], caption: int, step: int) -> list[int]:
    """The blocks next to a caption that are too short for sentences and end like none."""
    run: list[int] = []
    at = caption + step
    while 0 <= at < len(blocks) and blocks[at].kind in ("body", "boilerplate"):
        text = blocks[at].text
        if len(text.split()) > MOST_WORDS or (_SENTENCE_END.search(text) and not _NUMBER.fullmatch(text)):
            break
        run.append(at)
        at += step
    return run
