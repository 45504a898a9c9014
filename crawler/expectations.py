"""What a harvest gave, counted, and held against what its source promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crawler.catalogue import Source
from crawler.crawl import Findings
from crawler.ledger import Ledger
from evidence.errors import SourceBroken
from evidence.records import BODIED_OUTCOMES, READ_ROLES, Capture, SourceCount


def counted(source: Source, ledger: Ledger, findings: Findings, wall_s: float, whole: bool) -> SourceCount:
    """The counts of a source's harvest. Outcomes are those of pages and files; ``requested`` and ``size_bytes`` are of everything.

    ``whole`` is False for a harvest that was limited, whose numbers say nothing about the source: only its share of
    failures is judged then.
    """
    every = list(ledger.now.values())
    sought = [capture for capture in every if capture.role in READ_ROLES]
    tally = Counter(capture.outcome for capture in sought)
    bodies = [capture for capture in sought if capture.outcome in BODIED_OUTCOMES]
    new = [capture for capture in bodies if capture.url not in ledger.good]
    changed = [capture for capture in bodies if capture.url in ledger.good and ledger.good[capture.url].digest != capture.digest]
    shown, odd = _judged(source, sought, tally, whole)
    return SourceCount(
        source=source.slug, requested=sum(_was_asked(capture) for capture in every),
        fetched=tally["fetched"], unchanged=tally["unchanged"], redirected=tally["redirected"], missing=tally["missing"],
        withdrawn=tally["withdrawn"], refused=tally["refused"], failed=tally["failed"],
        new_documents=len(new), changed_documents=len(changed),
        size_bytes=sum(capture.size_bytes for capture in every if capture.outcome == "fetched"), wall_s=round(wall_s, 3),
        broken=(*findings.broken, *shown), warnings=(*sorted(findings.warnings), *odd))


def _was_asked(capture: Capture) -> bool:
    """Whether a question went out: of what was refused, that which has a status or was cut for its size."""
    return capture.outcome != "refused" or capture.status is not None or (capture.reason or "").startswith("larger than")


def _judged(source: Source, sought: Sequence[Capture], tally: Counter[str], whole: bool) -> tuple[list[str], list[str]]:
    """What breaks the source and what is merely odd, in words."""
    broken, odd = [], []
    if whole:
        roles = Counter(capture.role for capture in sought if capture.outcome in BODIED_OUTCOMES)
        promised = source.expect
        for words, number, least, most in (("pages", roles["page"], promised.pages_min, promised.pages_max),
                                           ("documents", roles["document"], promised.documents_min, promised.documents_max)):
            if number < least:
                broken.append(f"{number} {words}, expected at least {least}")
            if most is not None and number > most:
                odd.append(f"{number} {words}, expected at most {most}")
    asked = sum(tally.values()) - tally["refused"]
    share = tally["failed"] / asked if asked else 0.0
    if share > source.expect.failed_share_max:
        broken.append(f"{tally['failed']} of {asked} requests failed ({share:.0%}), expected at most {source.expect.failed_share_max:.0%}")
    return broken, odd


def require_unbroken(counts: Sequence[SourceCount]) -> None:
    """Raises ``SourceBroken``, naming each source that gave less than it promises; nothing where all kept their word."""
    broken = [f"{count.source}: {'; '.join(count.broken)}" for count in counts if count.broken]
    if broken:
        raise SourceBroken(" | ".join(broken) + "; look at the site, then at the source's definition")
