"""Where the document says that care is joined up (codebook, section 14).

Names are looked up in a gazetteer: council areas from pycountry (ISO 3166-2:GB), towns, health systems and regions from
``gazetteer/united_kingdom.toml``, cities elsewhere from ``gazetteer/world.csv``. An address, a person, a university, a citation is no place;
a name that is also a word counts only in a place's company. A small logistic regression weighs how often, where and beside what a name stands.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import log1p
from pathlib import Path

from classify.label_evidence import Key, LabelEvidence, quote
from classify.linear_models import Pooled
from classify.prose import Prose, Sentence
from evidence.records import Place

FOLDER = Path(__file__).parent / "gazetteer"
LABEL = "place"

_START = re.compile(r"[A-ZÀ-ÖØ-Þ][\w'.-]*")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}\b")
_NOT_BEFORE = re.compile(
    r"(?:\b(?:University|Universities|School|Institute|College|Bishop|Lord|Lady|Baroness|Duke|Sir|Earl|Mr|Mrs|Ms|Dr|Prof|Professor|"
    r"Press|Diocese)"
    r"(?: of| at)?\.?|@|#|www\.|\.)\s*$"
)
_NOT_AFTER = re.compile(
    r"^(?:'s? (?:disease|syndrome)|[\s,]*(?:University|Universities|Metropolitan University|Street|Road|Lane|Avenue|Square|House|"
    r"Building|Drive|Court|Close|"
    r"Crescent|Terrace|Review|Scale|Index|criteria|Business School|Medical School|School of|Press\b|Airport|Declaration|Beckett|"
    r"agenda programme|et al|"
    r"\(?(?:19|20)\d\d))"
)
_COMPANY_BEFORE = re.compile(r"\b(?:in|across|at|of|for|from|around|near|within|serving|throughout|to|covering|between|outside|and|"
    r"both)\s+(?:the\s+)?$|,\s*$|\($")
_COMPANY_AFTER = re.compile(
    r"^(?:'s|[\s,/&-]*(?:and [A-Z]|Council|Borough|City|County|CCG|NHS|ICB|ICS|PCT|Hospital|Infirmary|District|Partnership|Health|Trust|"
    r"Care|area|region|"
    r"locality|localities|community|communities|residents|people|patients|hospitals|GPs|practices|system|place))"
)
_PLACED = re.compile(r"\b(?:in|across|throughout|within|around|serving|covering)\s+(?:the\s+|parts of\s+|city of\s+)*$")
_PERSON = re.compile(r"\b[A-Z][a-z]+\s+$")
_DIRECTION = re.compile(r"\b(?:(?:North|South|East|West|Central|Inner|Outer|Greater|Western|Eastern|Northern|Southern|Mid)[ -])+$")
_UNIT = re.compile(r"^ (?:Metropolitan )?(?:District|Borough|County)\b(?! (?:Council|Nurs|Hosp))")

FEATURES = (
    "mentions", "title", "lead", "share", "with_integration", "placed", "own", "system", "world", "extended", "headings", "per_word", "rank",
    "example",
)


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    code: str | None
    kind: str
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class Mention:
    entry: Entry
    printed: str
    sentence: Sentence
    start: int
    end: int
    placed: bool


@cache
def gazetteer() -> dict[str, tuple[Entry, ...]]:
    """Entries by the first word of their name, longest name first."""
    content = tomllib.loads((FOLDER / "united_kingdom.toml").read_text(encoding="utf-8"))
    doubtful = set(content["ambiguous"])
    entries: dict[str, Entry] = {}
    with (FOLDER / "world.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            entries[row["name"]] = Entry(row["name"], row["code"], "world", row["name"] in doubtful)
    for name, code in _council_areas():
        entries[name] = Entry(name, code, "locality", name in doubtful)
    for code, names in content["localities"].items():
        for name in names:
            entries[name] = Entry(name, code, "locality", name in doubtful)
    for name in content["systems"]:
        entries[name] = Entry(name, None, "system", name in doubtful)
    for name in content["countries"]:
        entries[name] = Entry(name, None, "country", False)
    by_word: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries.values():
        by_word[_START.match(entry.name)[0] if _START.match(entry.name) else entry.name.split()[0]].append(entry)  # type: ignore[index]
    return {word: tuple(sorted(found, key=lambda entry: -len(entry.name))) for word, found in by_word.items()}


def _council_areas() -> Iterator[tuple[str, str]]:
    import pycountry

    for area in pycountry.subdivisions.get(country_code="GB"):  # type: ignore[no-untyped-call, unused-ignore]
        if area.parent_code is None:
            continue
        name = re.sub(r"\s*\[.*?\]", "", area.name)
        name = re.sub(r"^(.*), (?:City of|County|The)$", r"\1", name)
        if "," not in name:
            yield name, area.code
            if " and " in name:
                yield name.replace(" and ", " & "), area.code


def mentions(sentence: Sentence) -> Iterator[Mention]:
    """The places that a sentence names, addresses and people left out."""
    if _POSTCODE.search(sentence.plain):
        return
    plain, index, taken = sentence.plain, gazetteer(), 0
    for match in _START.finditer(plain):
        if match.start() < taken:
            continue
        for word in (match[0], match[0].rstrip(".,'"), match[0].split("'")[0], match[0].split("-")[0]):
            found = next((e for e in index.get(word, ()) if _stands(plain, match.start(), e.name)), None)
            if found:
                break
        else:
            continue
        end = match.start() + len(found.name)
        taken = end
        mention = _in_context(sentence, found, match.start(), end)
        if mention is not None:
            yield mention


def _stands(plain: str, start: int, name: str) -> bool:
    end = start + len(name)
    return plain.startswith(name, start) and not plain[end : end + 1].isalnum()


def _in_context(sentence: Sentence, entry: Entry, start: int, end: int) -> Mention | None:
    before, after = sentence.plain[max(0, start - 40) : start], sentence.plain[end : end + 40]
    if entry.kind == "country" or _NOT_BEFORE.search(before) or _NOT_AFTER.search(after):
        return None
    direction = _DIRECTION.search(before) if entry.kind != "system" else None
    if direction:
        start -= len(direction[0])
        before = before[: direction.start()]
    company = bool(_COMPANY_BEFORE.search(before) or _COMPANY_AFTER.search(after))
    if (entry.ambiguous or entry.kind == "world") and not company:
        return None
    if entry.kind == "world" and _PERSON.search(before) and not _PLACED.search(before):
        return None
    return Mention(entry, sentence.plain[start:end], sentence, start, end, bool(_PLACED.search(before)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name with all its mentions and what the model weighs."""

    name: str
    entry: Entry
    mentions: tuple[Mention, ...]
    values: tuple[float, ...]


def candidates(prose: Prose, evidence: dict[Key, LabelEvidence]) -> list[Candidate]:
    """Every place that the document names, with the features of :data:`FEATURES`."""
    groups: dict[str, list[Mention]] = defaultdict(list)
    for sentence in prose.sentences:
        for mention in mentions(sentence):
            groups[mention.printed.replace("&", "and").casefold()].append(mention)
    integration = {
        mention.sentence.number
        for (facet, _), one in evidence.items()
        if facet == "integration_type"
        for mention in one.mentions
        if mention.kind in ("strong", "weak")
    }
    title = prose.title.casefold()
    most = max((len(group) for group in groups.values()), default=1)
    ranked = sorted(groups, key=lambda name: -len(groups[name]))
    result = []
    for name, group in groups.items():
        sentences = {mention.sentence.number for mention in group}
        own = [mention for mention in group if not mention.sentence.cited]
        near = sum(bool({number - 1, number, number + 1} & integration) for number in sentences)
        entry = group[0].entry
        printed = max((mention.printed for mention in group), key=lambda text: sum(m.printed == text for m in group))
        values = (
            log1p(len(group)), float(name in title), log1p(sum(m.sentence.zone == "lead" for m in group)), len(group) / most, log1p(near),
            log1p(sum(m.placed for m in group)), len(own) / len(group), float(entry.kind == "system"), float(entry.kind == "world"),
            float(len(printed) > len(entry.name)), log1p(sum(m.sentence.kind == "heading" for m in group)), log1p(10000 * len(group) / prose.words),
            1.0 / (1 + ranked.index(name)), float(any(re.search(r"\b(?:example|e\.g\.|such as|"
                r"case study)", m.sentence.plain) for m in group)),
        )
        result.append(Candidate(printed, entry, tuple(group), values))
    return result


def places(
    prose: Prose, named: Sequence[Candidate], model: Pooled, sorts: Sequence[float], relevant: float, unsure_below: float
) -> tuple[Place, ...]:
    """The candidates whose probability, times that of being ``relevant``, reaches the model's threshold, most probable first."""
    found = []
    for candidate in named:
        score = relevant * model.probability(LABEL, candidate.values, sorts)
        if score < model.thresholds.get(LABEL, 0.5):
            continue
        mention = max(candidate.mentions, key=lambda m: (m.sentence.is_prose, m.placed, not m.sentence.cited, -m.sentence.number))
        span = quote(prose, mention.sentence, mention.start, mention.end)
        code = candidate.entry.code
        country = code[:2] if code else "GB"
        found.append(Place(candidate.name, code, country, round(score, 4), score < unsure_below, span))
    return tuple(sorted(found, key=lambda place: (-place.score, place.name)))
