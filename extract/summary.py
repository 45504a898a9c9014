"""A few sentences that say what a document is about: its own abstract before anything else."""

from __future__ import annotations

import re

from extract.assembly import Layout, Placed
from extract.blocks import Reading

MOST_CHARS = 1200
_NAMED = (
    re.compile(r"^(?:abstract|structured abstract|plain english summary)\b\W*$", re.I),
    re.compile(
        r"^(?:[\dA-Z]{1,2}(?:\.\d)*[.)]?\s+)?(?:executive summary|summary|overview|key (?:points|messages|"
        r"findings)|at a glance|in brief|synopsis|purpose)\b\W*$",
        re.I,
    ),
    re.compile(
        r"^(?:[\dA-Z]{1,2}(?:\.\d)*[.)]?\s+)?(?:introduction|background|foreword|about this (?:report|document|paper|guidance))\b\W*$",
        re.I,
    ),
)
_FEWEST_WORDS = 20


def summarise(reading: Reading, layout: Layout) -> str | None:
    """The abstract, the executive summary's first paragraph, the page's own description, or the first real paragraph."""
    for index, pattern in enumerate(_NAMED):
        if index == 2 and reading.summary:
            break
        for at, item in enumerate(layout.placed):
            if item.block.kind == "heading" and pattern.match(item.block.text):
                found = _below(layout.placed, at + 1, whole=index == 0)
                if found:
                    return found
        if index == 0:
            inline = next(
                (
                    item.block.text
                    for item in layout.placed[:60]
                    if re.match(r"^(?:abstract|summary)\s*[:.—–-]\s*\w", item.block.text, re.I)
                ),
                None,
            )
            if inline and len(inline.split()) >= _FEWEST_WORDS:
                return _cut(re.sub(r"^\w+\s*[:.—–-]\s*", "", inline))
    if reading.summary:
        return _cut(reading.summary)
    return next(
        (
            _cut(item.block.text)
            for item in layout.placed
            if item.block.kind == "body" and len(item.block.text.split()) >= _FEWEST_WORDS
        ),
        None,
    )


def _below(placed: tuple[Placed, ...], start: int, whole: bool) -> str | None:
    taken: list[str] = []
    level = placed[start - 1].block.level
    for item in placed[start : start + 30]:
        kind, text = item.block.kind, item.block.text
        if kind == "heading" and (not whole or item.block.level <= level):
            break
        if kind in ("body", "list") and (len(text.split()) >= _FEWEST_WORDS or taken):
            taken.append(text)
            if not whole or sum(map(len, taken)) >= MOST_CHARS:
                break
    return _cut(" ".join(taken)) if taken else None


def _cut(text: str) -> str:
    text = " ".join(text.split())
    if len(text) <= MOST_CHARS:
        return text
    end = max(text.rfind(mark, 0, MOST_CHARS) for mark in (". ", "? ", "! "))
    return text[: end + 1] if end > MOST_CHARS // 3 else text[: text.rfind(" ", 0, MOST_CHARS)] + " …"
