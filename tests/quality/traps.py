"""The trap suite: short documents in minimal pairs, on which a classifier that goes by words alone is wrong.

``python -m tests.quality.traps`` prints the share of documents that are right for each kind, the share of pairs of which both
members are right, the share of checks that hold for each facet, and every miss. A document is right when all its checks hold. The
documents are in ``tests/classify/traps``, written for this suite and labelled by the codebook alone, apart from the classifier.
It ends with 1 where fewer documents are right than ``TARGET``.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.errors import IntegrandError, UsageError
from evidence.records import JUDGEMENTS, Document, Finding, Place, Tagging
from evidence.taxonomy import CHANGES, DIRECTIONS, Taxonomy, load_taxonomy
from extract.reading import Hints, read

FOLDER = Path(__file__).resolve().parents[1] / "classify" / "traps"
TARGET = 0.95
"""Share of documents that shall be right."""

FINDING_KEYS = {"outcome": str, "direction": str, "change": str, "own": bool, "hedged": bool}
FEWEST_WORDS, MOST_WORDS = 80, 250


@dataclass(frozen=True, slots=True)
class Trap:
    """One document and what must hold of its tagging; ``expect`` has the keys that :func:`load_traps` lets through."""

    id: str
    pair: str
    kind: str
    text: str
    expect: Mapping[str, Any]
    file: str


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation: in words, the facet it is about, whether it held, and what was found instead."""

    facet: str
    expected: str
    held: bool
    found: str


@dataclass(frozen=True, slots=True)
class Outcome:
    trap: Trap
    checks: tuple[Check, ...]

    @property
    def right(self) -> bool:
        return all(check.held for check in self.checks)


def load_traps(folder: Path = FOLDER, taxonomy: Taxonomy | None = None) -> tuple[Trap, ...]:
    """Every document of the suite, checked against the taxonomy. Raises ``UsageError`` naming file, document and expectation."""
    taxonomy = taxonomy or load_taxonomy()
    traps: list[Trap] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{path.name}: expected TOML in UTF-8: {error}") from None
        for row in content.get("documents", []):
            trap = _trap(row, path.name)
            _check_expectations(trap, taxonomy)
            traps.append(trap)
    _check_suite(traps)
    return tuple(traps)


def _trap(row: Mapping[str, Any], file: str) -> Trap:
    where = f"{file}: {row.get('id', 'a document without id')}"
    for key in ("id", "pair", "kind", "text"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise UsageError(f"{where}: {key}: expected a text")
    if not isinstance(row.get("expect"), dict) or not row["expect"]:
        raise UsageError(f"{where}: expect: expected a table with at least one key")
    if unknown := set(row) - {"id", "pair", "kind", "text", "expect"}:
        raise UsageError(f"{where}: {min(unknown)}: expected id, pair, kind, text or expect")
    words = len(row["text"].split())
    if not FEWEST_WORDS <= words <= MOST_WORDS:
        raise UsageError(f"{where}: text: expected {FEWEST_WORDS} to {MOST_WORDS} words, found {words}")
    return Trap(row["id"], row["pair"], row["kind"], row["text"], row["expect"], file)


def _check_expectations(trap: Trap, taxonomy: Taxonomy) -> None:
    where = f"{trap.file}: {trap.id}: expect"
    for key, value in trap.expect.items():
        if key in JUDGEMENTS:
            _known(key, value, f"{where}.{key}", taxonomy)
        elif key in ("integration_type", "findings", "places"):
            _check_many(key, value, f"{where}.{key}", taxonomy)
        else:
            raise UsageError(f"{where}.{key}: expected {', '.join(JUDGEMENTS)}, integration_type, findings or places")
    off_topic = trap.expect.get("relevance") == "off_topic"
    if off_topic and any(trap.expect.get(key, {}).get("has") for key in ("integration_type", "findings")):
        raise UsageError(f"{where}: an off-topic document has neither integration types nor findings")


def _known(facet: str, label: Any, where: str, taxonomy: Taxonomy) -> None:
    if label not in taxonomy.facet(facet).label_ids:
        raise UsageError(f"{where}: expected a label of {facet}, found {label!r}")


def _check_many(key: str, value: Any, where: str, taxonomy: Taxonomy) -> None:
    if not isinstance(value, dict) or not value or set(value) - {"has", "lacks", "none"}:
        raise UsageError(f"{where}: expected a table of has, lacks or none")
    if "none" in value and value != {"none": True}:
        raise UsageError(f"{where}.none: expected true, and nothing beside it")
    for side in ("has", "lacks"):
        for item in value.get(side, []):
            if key == "integration_type":
                _known(key, item, f"{where}.{side}", taxonomy)
            elif key == "findings":
                _check_finding(item, f"{where}.{side}", taxonomy)
            elif not isinstance(item.get("name") if isinstance(item, dict) else item, str):
                raise UsageError(f"{where}.{side}: expected a name, or a table of name and code, found {item!r}")


def _check_finding(item: Mapping[str, Any], where: str, taxonomy: Taxonomy) -> None:
    if not item or any(not isinstance(value, FINDING_KEYS.get(key, type(None))) for key, value in item.items()):
        raise UsageError(f"{where}: expected some of {', '.join(FINDING_KEYS)}, found {item!r}")
    if "outcome" in item:
        _known("outcome_domain", item["outcome"], f"{where}.outcome", taxonomy)
    for key, known in (("direction", DIRECTIONS), ("change", CHANGES)):
        if key in item and item[key] not in known:
            raise UsageError(f"{where}.{key}: expected one of {', '.join(known)}, found {item[key]!r}")


def _check_suite(traps: Iterable[Trap]) -> None:
    """Ids once, pairs of two or more in one kind and with different expectations."""
    seen: set[str] = set()
    pairs: dict[str, list[Trap]] = {}
    for trap in traps:
        if trap.id in seen:
            raise UsageError(f"{trap.file}: {trap.id}: expected each id once")
        seen.add(trap.id)
        pairs.setdefault(trap.pair, []).append(trap)
    for pair, members in pairs.items():
        if len(members) < 2 or len({member.kind for member in members}) > 1:
            raise UsageError(f"{members[0].file}: {pair}: expected a pair to have two members of one kind")
        if all(member.expect == members[0].expect for member in members):
            raise UsageError(f"{members[0].file}: {pair}: expected the members to differ in what they expect")


def document(trap: Trap) -> Document:
    """The document as the product reads it: plain text whose first line is its title."""
    return read(trap.text.encode("utf-8"), Hints(name=f"{trap.id}.txt"))


def checks(trap: Trap, tagging: Tagging) -> tuple[Check, ...]:
    """Every expectation of ``trap`` held against ``tagging``, one check each."""
    made: list[Check] = []
    labels: dict[str, set[str]] = {}
    for tag in tagging.tags:
        labels.setdefault(tag.facet, set()).add(tag.label)
    for facet in JUDGEMENTS:
        if facet in trap.expect:
            found = sorted(labels.get(facet, set()))
            made.append(Check(facet, trap.expect[facet], found == [trap.expect[facet]], ", ".join(found) or "nothing"))
    types = labels.get("integration_type", set())
    made += _sides("integration_type", trap.expect, sorted(types), lambda item, label: bool(item == label), str)
    made += _sides("findings", trap.expect, tagging.findings, _fits, _finding_words)
    made += _sides("places", trap.expect, tagging.places, _is_place, _place_words)
    return tuple(made)


def _sides(
    facet: str, expect: Mapping[str, Any], found: Iterable[Any], fits: Callable[[Any, Any], bool], words: Callable[[Any], str]
) -> list[Check]:
    wanted = expect.get(facet, {})
    found = list(found)
    told = "; ".join(words(one) for one in found) or "nothing"
    made = [Check(facet, f"has {item}", any(fits(item, one) for one in found), told) for item in wanted.get("has", [])]
    for item in wanted.get("lacks", []):
        against = [words(one) for one in found if fits(item, one)]
        made.append(Check(facet, f"lacks {item}", not against, "; ".join(against)))
    if wanted.get("none"):
        made.append(Check(facet, "none", not found, told))
    return made


def _fits(item: Mapping[str, Any], finding: Finding) -> bool:
    return all(getattr(finding, key) == value for key, value in item.items())


def _finding_words(finding: Finding) -> str:
    marks = f"{'own' if finding.own else 'cited'}{', hedged' if finding.hedged else ''}"
    return f"{finding.outcome} {finding.direction} ({marks}: {finding.span.quote[:90]!r})"


def _is_place(item: str | Mapping[str, str], place: Place) -> bool:
    wanted = {"name": item} if isinstance(item, str) else item
    return place.name.casefold() == wanted["name"].casefold() and wanted.get("code", place.code) == place.code


def _place_words(place: Place) -> str:
    return f"{place.name} [{place.code}]"


def examine(traps: Iterable[Trap], tag: Callable[[Document], Tagging]) -> tuple[Outcome, ...]:
    """Each document read, tagged by ``tag`` and checked."""
    return tuple(Outcome(trap, checks(trap, tag(document(trap)))) for trap in traps)


def share_right(outcomes: Iterable[Outcome]) -> float:
    """Share of documents that are right; 1.0 of none."""
    right = [outcome.right for outcome in outcomes]
    return sum(right) / len(right) if right else 1.0


def report(outcomes: tuple[Outcome, ...]) -> list[str]:
    """Lines to print: shares by kind, of pairs and by facet, then every miss with what was found."""
    lines = [f"documents right  {share_right(outcomes):6.1%} of {len(outcomes)}"]
    pairs = _grouped(outcomes, lambda outcome: outcome.trap.pair)
    whole = sum(all(member.right for member in members) for members in pairs.values())
    lines += [f"pairs right      {whole / max(1, len(pairs)):6.1%} of {len(pairs)}", "", "by kind"]
    for kind, members in sorted(_grouped(outcomes, lambda outcome: outcome.trap.kind).items()):
        lines.append(f"  {kind:40s} {share_right(members):6.1%} of {len(members)}")
    lines += ["", "checks that held, by facet"]
    made = [check for outcome in outcomes for check in outcome.checks]
    for facet in dict.fromkeys(check.facet for check in made):
        held = [check.held for check in made if check.facet == facet]
        lines.append(f"  {facet:40s} {sum(held) / len(held):6.1%} of {len(held)}")
    lines.append("")
    for outcome in outcomes:
        for check in outcome.checks:
            if not check.held:
                lines.append(f"{outcome.trap.id}: {check.facet}: expected {check.expected}; found {check.found}")
    return lines


def _grouped(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> dict[str, list[Outcome]]:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(key(outcome), []).append(outcome)
    return groups


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Examine the classifier with short documents that go against the grain of their words.")
    parser.add_argument("--kind", default="", help="only kinds, pairs or ids that contain this")
    options = parser.parse_args(arguments)
    try:
        traps = tuple(trap for trap in load_traps() if any(options.kind in name for name in (trap.kind, trap.pair, trap.id)))
        outcomes = examine(traps, _tagger())
    except IntegrandError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print("\n".join(report(outcomes)))
    return 0 if share_right(outcomes) >= TARGET else 1


def _tagger() -> Callable[[Document], Tagging]:
    from classify.tagging import Tagger
    from language.encoder import QuantisedEncoder

    return Tagger(load_taxonomy(), QuantisedEncoder()).tag


if __name__ == "__main__":
    raise SystemExit(main())
