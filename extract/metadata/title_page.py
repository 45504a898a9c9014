"""The title as the first pages print it.

Every line or group of lines that could be the title is scored: by its size against the page's largest, by its place, by what stands
before it (a title often follows "Final report" on a cover), and by witnesses: file name, link words, docinfo and running headers, none
of which is trusted to be the title itself but each of which tells candidates apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.assembly import Layout
from extract.blocks import Block
from extract.metadata.dates import dates_in
from extract.metadata.people import common_words, is_organisation, leading_body, names_in
from extract.metadata.words import words
from extract.printed_lines import SENTENCE_END

_WEAK_ENDS = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "within",
        "our",
        "their",
        "&",
        "–",
        "—",
        "-",
        ":",
        "/",
    ]
)
_MOST_BLOCKS = 30
_LONGEST = 45
_MOST_CHARS = 400
"""No title is longer; the patterns below are written for lines, and would be slow on pages."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible title; ``subtitle`` is the line right under it that reads like one."""

    title: str
    subtitle: str | None
    score: float
    page: int


@dataclass(frozen=True, slots=True)
class TitlePage:
    """Candidates of the first page that has any, best first, and the body named before "Final report" or the like."""

    candidates: tuple[Candidate, ...] = ()
    issuer: str | None = None
    journal: str | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """Blocks that make one line of meaning. ``first``/``last`` are their positions on the page, ``read`` the words of text before."""

    text: str
    size: float
    heading: int
    bold: bool
    first: int
    last: int
    order: int
    read: int
    after_label: bool
    before_label: bool
    strand: bool = False


def read_title_page(layout: Layout, witnesses: Sequence[tuple[str, float]], running: Sequence[str] = ()) -> TitlePage:
    """Scores the lines of the first page that has any to offer. ``witnesses`` are (text, weight) pairs."""
    common = common_words(layout.text[:200_000])
    for number in dict.fromkeys(item.page for item in layout.placed):
        if number > layout.placed[0].page + 3:
            break
        blocks = [item.block for item in layout.placed if item.page == number][:_MOST_BLOCKS]
        groups, issuer = _groups(blocks, common)
        if groups:
            largest = max((block.size for block in blocks), default=0.0)
            journal = _journal(groups, blocks, running)
            scored = []
            for index, group in enumerate(groups):
                subtitle = _subtitle(group, groups[index + 1], common) if index + 1 < len(groups) else None
                score = _score(group, largest, witnesses) - (3.0 if group is journal or group.strand else 0.0)
                scored.append((score, group, Candidate(_trimmed(group.text), subtitle, score, number)))
            scored.sort(key=lambda entry: -entry[0])
            best = scored[0][1]
            before = next((group for group in reversed(groups[: best.order]) if not group.strand), None)
            if (
                issuer is None
                and best.after_label
                and before is not None
                and before.before_label
                and len(before.text.split()) <= 6
            ):
                issuer = before.text
            return TitlePage(tuple(candidate for _, _, candidate in scored), issuer, journal.text if journal else None)
    return TitlePage()


def _journal(groups: list[_Group], blocks: list[Block], running: Sequence[str]) -> _Group | None:
    """The journal's name above an article: a short first line, where a DOI stands near it or a running header cites it with "et al."."""
    first = groups[0]
    if len(first.text.split()) > 7 or SENTENCE_END.search(first.text) or len(groups) < 2:
        return None
    near = " ".join(block.text for block in blocks[: first.last + 4])
    cited = any("et al" in text and first.text.casefold() in text.casefold() for text in (*running, near))
    identified = "10." in near and re.search(r"(?i)\bdoi\b", near) is not None
    return first if cited or (identified and (first.before_label or (first.last < 3 and first.size < 14))) else None


def _groups(blocks: list[Block], common: frozenset[str]) -> tuple[list[_Group], str | None]:
    """Lines that may be titles, those that belong together joined; series, dates, sections and people left out."""
    roles = [_role(block, common) for block in blocks]
    groups: list[_Group] = []
    held: list[int] = []
    label = False
    issuer: str | None = None
    read = 0

    def flush(before_label: bool = False) -> None:
        nonlocal label
        if held:
            first = blocks[held[0]]
            text = _joined([blocks[at].text for at in held])
            if len(text.split()) <= _LONGEST:
                level = first.level if first.kind == "heading" else 0
                body = leading_body(text)
                text = text[len(body) :].strip() if body is not None else text
                groups.append(
                    _Group(
                        text,
                        first.size,
                        level,
                        first.bold,
                        held[0],
                        held[-1],
                        len(groups),
                        read,
                        label,
                        before_label,
                        roles[held[0]] == "kind_and_strand",
                    )
                )
                label = False
            held.clear()

    for at, (block, role) in enumerate(zip(blocks, roles, strict=True)):
        if role == "span" and held and held[-1] == at - 1:
            held.append(at)
        elif role == "label":
            flush(before_label=True)
            following = blocks[at + 1].text if at + 1 < len(blocks) else ""
            if following[:1].islower() and roles[at + 1] == "title":
                held.append(at)
            elif re.search(r"\d{4}", block.text) and not groups:
                held.append(at)
                flush()
            else:
                label = True
        elif role == "issued":
            flush()
            label = True
            issuer = issuer or re.split(r"\s*[–—:|-]\s+|\s(?=(?:End of|Final|Interim)\b)", block.text.strip())[0].strip() or None
        elif role == "kind_and_strand":
            flush(before_label=True)
            held.append(at)
            flush()
            label = True
        elif role == "title" or (role == "people" and not groups and not held and len(block.text.split()) <= 5):
            if (
                held
                and label
                and blocks[held[-1]].text.rstrip().endswith(":")
                and len(blocks[held[-1]].text.split()) <= 6
                and not block.text[0].islower()
            ):
                held.clear()  # A strand of work named between "Final report" and the title.
            if held and (
                held[-1] != at - 1
                or not _belongs(
                    blocks[held[-1]],
                    block,
                    _joined([blocks[one].text for one in held]),
                    roles[at + 1] if at + 1 < len(blocks) else "",
                )
            ):
                flush()
            held.append(at)
        else:
            flush()
            read += len(block.text.split()) if role == "text" else 0
            if read > 200 and groups:
                break
    flush()
    return groups, issuer


def _role(block: Block, common: frozenset[str]) -> str:
    if len(block.text) > _MOST_CHARS:
        return "text"
    text = " ".join(block.text.split()).strip(" |•–—-")
    count = len(text.split())
    if block.kind not in ("heading", "body", "list") or (not any(char.isalpha() for char in text) and not _SPAN.fullmatch(text)):
        return "skip"
    if _SPAN.fullmatch(text):
        return "span"
    if count > _LONGEST or (count > 25 and SENTENCE_END.search(text) and block.kind != "heading"):
        return "text"
    if words().document_kinds.fullmatch(re.sub(r"\W*(?:19|20)\d\d\W*(?:[–/-]\W*(?:20)?\d\d)?\W*$", "", text.strip(" :."))):
        return "label"
    if _ISSUED.search(text) and not text.isupper():
        return "issued"
    if _STRAND.fullmatch(text):
        return "kind_and_strand"
    if words().section_names.fullmatch(text.strip(" :.")) or words().series.fullmatch(text):
        return "skip"
    found = dates_in(text)
    if (found and len(text) - sum(end - start for start, end, _ in found) < 12) or re.search(r"https?://|www\.|\S@\S", text):
        return "skip"
    if (block.kind == "list" and len(text) > 100) or (SENTENCE_END.search(text) and text[-1] in ".;" and count > 12):
        return "text"
    if names_in(text, common, strict=True):
        return "people"
    return "title"


_SPAN = re.compile(
    r"(?i)\(?(?:(?:19|20)\d\d\s?[–/-]\s?(?:(?:20)?\d\d)(?:\s?(?:to|[–-])\s?20\d\d\s?[–/-]\s?\d\d)?|"
    r"\d{1,2} \w+ 20\d\d to \d{1,2} \w+ 20\d\d|20\d\d/\d\d to 20\d\d/\d\d)\)?"
)
_STRAND = re.compile(
    r"(?i)(?:end of (?:project|programme|study)|final|interim|evaluation|project) report\s*[:–-]\s*(?:\S+\s?){1,4}"
)
_ISSUED = re.compile(
    r"(?i)[a-z)]\s*(?:[–—:-]\s*)?(?:end of (?:project|programme|study)|final|interim)\s+(?:project |evaluation )?report\s*:?$"
)


def _belongs(above: Block, below: Block, held: str, next_role: str) -> bool:
    so_far = len(held.split())
    if so_far > 32 or (is_organisation(held) and not is_organisation(f"{held} {below.text}")):
        return False
    opens_low = (below.text[0].islower() or below.text[0] in "(–—-&") and not SENTENCE_END.search(above.text)
    last = above.text.split()[-1].lower()
    if abs(above.size - below.size) > 0.8:
        return False
    if last in _WEAK_ENDS or above.text.endswith((":", "–", "-", ",")) or opens_low:
        return True
    if above.size == 0:
        return _belongs_unsized(above, below, so_far, next_role)
    # Lines of one size right under one another, both set larger than text.
    gap = below.lines[0].y0 - above.lines[-1].y1 if above.lines and below.lines else 99.0
    return above.size >= 15 and above.bold == below.bold and gap < 0.75 * above.size and not SENTENCE_END.search(above.text)


def _belongs_unsized(above: Block, below: Block, so_far: int, next_role: str) -> bool:
    """Converted title pages keep the line breaks of the cover: short display lines, or a title's last words before its authors."""
    display = (above.bold or above.kind == "heading") and (below.bold or below.kind == "heading")
    short = len(above.text.split()) <= 4 and len(below.text.split()) <= 5
    tail = above.bold and so_far <= 4 and len(below.text.split()) <= 2
    if ((display and short) or tail) and so_far <= 9 and not SENTENCE_END.search(above.text):
        return True
    return next_role == "people" and so_far >= 5 and len(below.text.split()) <= 4 and not SENTENCE_END.search(above.text)


def _joined(texts: list[str]) -> str:
    joined = texts[0].strip()
    for text in texts[1:]:
        joined = (
            f"{joined}{text.strip()}" if joined.endswith(("-", "/")) and not joined.endswith(" -") else f"{joined} {text.strip()}"
        )
    return " ".join(joined.split())


def _subtitle(group: _Group, below: _Group, common: frozenset[str]) -> str | None:
    count = len(below.text.split())
    if (
        below.first != group.last + 1
        or below.after_label
        or not 2 <= count <= 12
        or is_organisation(below.text)
        or SENTENCE_END.search(below.text)
    ):
        return None
    if below.text.casefold().startswith(_trimmed(group.text).casefold()) or re.match(
        r"(?:client|version|pathway|for|by|with|to|in)\b", below.text, re.I
    ):
        return None
    if group.size:
        return below.text if 0.5 * group.size <= below.size < group.size else None
    # Without sizes only a line that reads like a subtitle counts: it opens with an article or a gerund, or stands in markup.
    marked = below.heading and group.heading and below.heading > group.heading
    reads = re.match(r"(?:An?|The|Views|Lessons|Findings|Results|Evidence|Report|[A-Z][a-z]+ing)\b", below.text) is not None
    shouted = group.text.isupper() and below.text.isupper() and count >= 4
    return (
        below.text
        if group.order <= 2 and len(group.text.split()) <= 14 and below.read == 0 and (marked or reads or shouted)
        else None
    )


def _trimmed(text: str) -> str:
    return text.strip(" |•:–—-").strip()


def _score(group: _Group, largest: float, witnesses: Sequence[tuple[str, float]]) -> float:
    count = len(group.text.split())
    if largest and group.size:
        score = (
            3.0 * group.size / largest + max(0.0, 1.2 - 0.2 * group.order) + 1.7 * group.after_label - 0.7 * group.before_label
        )
    else:
        score = (
            (2.4 if group.heading == 1 else 2.1 if group.heading else 1.9 if group.bold else 1.5)
            + max(0.0, 2.0 - 0.5 * group.order)
            + 0.3 * group.after_label
        )
    score += -1.2 if count == 1 else -0.3 if count == 2 else 0.6 if count <= 22 else 0.0 if count <= 34 else -2.0
    score -= 1.5 if group.read > 30 else 0.0
    score -= (
        1.5 * (group.text.endswith((".", ";", ",")) and count > 5)
        + 1.5 * group.text[0].islower()
        + 0.4 * group.text.endswith(":")
    )
    score -= 2.2 * is_organisation(group.text) + 0.8 * (not re.search(r"[a-z]{3}", group.text) and count == 1)
    return score + testimony(group.text, witnesses)


def testimony(text: str, witnesses: Sequence[tuple[str, float]]) -> float:
    """What the witnesses add; one that says the very same words counts twice."""
    alike = [(similarity(text, witness), weight) for witness, weight in witnesses]
    return sum(weight * amount * (2 if amount > 0.95 else 1) for amount, weight in alike)


def similarity(left: str, right: str) -> float:
    """Dice coefficient of two titles' words, 0 to 1."""
    one, two = (set(re.findall(r"[^\W_]+", text.casefold())) - _WEAK_ENDS for text in (left, right))
    return 2 * len(one & two) / (len(one) + len(two)) if one and two else 0.0
