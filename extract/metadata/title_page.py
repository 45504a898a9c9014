"""The title as the first pages print it.

Every line or group of lines that could be the title is scored: by its size against the page's largest, by its place, by what stands
before it (a title often follows "Final report" on a cover), and by witnesses: file name, link words, docinfo and running headers, none
of which is trusted to be the title itself but each of which tells candidates apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extract.assembly import Layout
from extract.blocks import Block
from extract.metadata.dates import dates_in
from extract.metadata.people import common_words, is_organisation, names_in
from extract.metadata.words import words
from extract.printed_lines import SENTENCE_END

_WEAK_ENDS = frozenset("a an and as at by for from in into of on or the to with within our their & – — - : /".split())
_MOST_BLOCKS = 30
_LONGEST = 45


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible title; ``below`` is the line right under it, which may be its subtitle."""

    title: str
    subtitle: str | None
    score: float
    page: int


@dataclass(frozen=True, slots=True)
class _Group:
    text: str
    size: float
    heading: int
    bold: bool
    order: int
    after_label: bool
    before_label: bool
    page: int
    parts: int


def title_candidates(layout: Layout, witnesses: Sequence[tuple[str, float]]) -> list[Candidate]:
    """Candidates of the first page that has any, best first. ``witnesses`` are (text, weight) pairs."""
    common = common_words(layout.text[:200_000])
    for number in dict.fromkeys(item.page for item in layout.placed):
        if number > layout.placed[0].page + 3:
            break
        blocks = [item.block for item in layout.placed if item.page == number][:_MOST_BLOCKS]
        groups = list(_groups(blocks, number, common))
        if groups:
            largest = max((block.size for block in blocks), default=0.0)
            scored = [Candidate(*_with_subtitle(groups, index, common), _score(group, largest, witnesses, common), number) for index, group in enumerate(groups)]
            return sorted(scored, key=lambda candidate: -candidate.score)
    return []


def _groups(blocks: list[Block], page: int, common: frozenset[str]) -> Iterator[_Group]:
    """Lines that may be titles, those that belong together joined; series, dates, sections and people left out."""
    held: list[Block] = []
    order = 0
    label = False
    pending: list[_Group] = []

    def flush(before_label: bool = False) -> None:
        nonlocal order, label
        if held:
            text = _joined([block.text for block in held])
            first = held[0]
            if len(text.split()) <= _LONGEST:
                pending.append(_Group(text, first.size, first.level if first.kind == "heading" else 0, first.bold, order, label, before_label, page, len(held)))
                order += 1
                label = False
            held.clear()

    seen_text = 0
    for block in blocks:
        text = block.text.strip()
        role = _role(block, common)
        if role == "label":
            flush(before_label=True)
            label = True
            continue
        if role == "kind_then_title":
            flush()
            label = True
            continue
        if role != "title":
            flush()
            seen_text += len(text.split()) if role == "text" else 0
            if seen_text > 160 and pending:
                break
            continue
        if held and not _belongs(held[-1], block, len(_joined([one.text for one in held]).split())):
            flush()
        held.append(block)
    flush()
    yield from pending


def _role(block: Block, common: frozenset[str]) -> str:
    text = " ".join(block.text.split()).strip(" |•–—-")
    count = len(text.split())
    if block.kind not in ("heading", "body", "list") or not any(char.isalpha() for char in text):
        return "skip"
    if count > _LONGEST or count > 25 and SENTENCE_END.search(text) and block.kind != "heading":
        return "text"
    if words().document_kinds.fullmatch(text.strip(" :.")):
        return "label"
    if re.search(r"(?i)[–—:-]\s*(?:end of \w+|final|interim|evaluation|summary|project|full)?\s*(?:project )?report:?$|\breport:$", text) and not block.text.isupper():
        return "kind_then_title"
    if words().section_names.fullmatch(text.strip(" :.")) or words().series.fullmatch(text):
        return "skip"
    found = dates_in(text)
    if found and len(text) - sum(end - start for start, end, _ in found) < 12 or re.search(r"https?://|www\.|\S@\S", text):
        return "skip"
    if block.kind == "list" or (SENTENCE_END.search(text) and text[-1] in ".;" and count > 12):
        return "text"
    if names_in(text, common, strict=True):
        return "people"
    return "title"


def _belongs(above: Block, below: Block, so_far: int) -> bool:
    if abs(above.size - below.size) > 0.8 or so_far > 30:
        return False
    last = above.text.split()[-1].lower()
    opens_low = below.text[0].islower() or below.text[0] in "(–—-&"
    if last in _WEAK_ENDS or above.text.endswith((":", "–", "-", ",")) or opens_low:
        return True
    if above.size == 0:
        return above.bold and below.bold and above.kind == below.kind and (above.text.isupper() and below.text.isupper()) and so_far < 12
    # Lines of one size right under one another, both set larger than text.
    gap = below.lines[0].y0 - above.lines[-1].y1 if above.lines and below.lines else 99.0
    return above.size >= 15 and above.bold == below.bold and gap < 0.75 * above.size and not SENTENCE_END.search(above.text)


def _joined(texts: list[str]) -> str:
    joined = texts[0].strip()
    for text in texts[1:]:
        joined = f"{joined}{text.strip()}" if joined.endswith(("-", "/")) and not joined.endswith(" -") else f"{joined} {text.strip()}"
    return " ".join(joined.split())


def _with_subtitle(groups: list[_Group], index: int, common: frozenset[str]) -> tuple[str, str | None]:
    group = groups[index]
    if index + 1 == len(groups) or groups[index + 1].order != group.order + 1 or groups[index + 1].after_label:
        return _trimmed(group.text), None
    below = groups[index + 1]
    count = len(below.text.split())
    near = below.size >= 0.5 * group.size if group.size else below.heading or below.text[:1].isupper()
    smaller = below.size < group.size or not group.size
    if not (near and smaller and 2 <= count <= 14) or is_organisation(below.text) or SENTENCE_END.search(below.text) or _trimmed(group.text).casefold() in below.text.casefold():
        return _trimmed(group.text), None
    if not group.size and (group.order > 2 or len(group.text.split()) > 14):
        return _trimmed(group.text), None
    return _trimmed(group.text), below.text


def _trimmed(text: str) -> str:
    return text.strip(" |•:–—-").strip()


def _score(group: _Group, largest: float, witnesses: Sequence[tuple[str, float]], common: frozenset[str]) -> float:
    count = len(group.text.split())
    if largest and group.size:
        score = 3.0 * group.size / largest
    else:
        score = 2.4 if group.heading == 1 else 2.1 if group.heading else 1.9 if group.bold else 1.4
    score += max(0.0, 1.2 - 0.2 * group.order)
    score += -1.2 if count == 1 else -0.3 if count == 2 else 0.6 if count <= 22 else 0.0 if count <= 34 else -2.0
    score += 1.7 * group.after_label - 0.7 * group.before_label
    score -= 1.5 * (group.text.endswith((".", ";", ",")) and count > 5) + 1.5 * group.text[0].islower() + 0.4 * group.text.endswith(":")
    score -= 2.2 * is_organisation(group.text) + 0.8 * (not re.search(r"[a-z]{3}", group.text) and count == 1)
    return score + sum(weight * similarity(group.text, witness) for witness, weight in witnesses)


def similarity(left: str, right: str) -> float:
    """Dice coefficient of two titles' words, 0 to 1."""
    one, two = (set(re.findall(r"[^\W_]+", text.casefold())) - _WEAK_ENDS for text in (left, right))
    return 2 * len(one & two) / (len(one) + len(two)) if one and two else 0.0
