"""Groups documents into works: versions, mirrors, a landing page with its report, a report in several pieces, nearly the same text twice.

Every join has a reason in words. Joins are found through keys and buckets, so that the time grows nearly linearly with the
number of documents. The work's id is its first document's, first by run, then a document before a page, then date, then id: a
run that was killed and resumed gives the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from evidence.records import Decision
from warehouse.containment import Texts, contained_pages
from warehouse.file_parts import file_parts
from warehouse.history import History
from warehouse.items import Item
from warehouse.landing_pages import landing_joins
from warehouse.likeness import same_title, shared_buckets, title_overlap, titles_conflict
from warehouse.page_parts import page_parts
from warehouse.parts import Parts

MAX_COMPARED = 20
"""How many members of one bucket a document is compared with: buckets of a template's pages would else cost their square."""
SMALL_TEXT = 50
"""Below so many shingles a signature says little."""
JOIN_ORDER = ("decision", "same_text", "identifier", "address", "landing_page", "part", "near_duplicate")


@dataclass(frozen=True)
class Join:
    """Why two documents are the same publication. ``page`` is the landing page where ``kind`` is ``landing_page``."""

    a: str
    b: str
    kind: str
    reason: str
    page: str | None = None


@dataclass(frozen=True)
class Copy:
    document: str
    role: str
    reason: str


@dataclass(frozen=True)
class Work:
    id: str
    shown: str
    copies: tuple[Copy, ...]
    """All members, the shown one first, then in the order of ``Item.order``."""
    parts: tuple[str, ...] = ()
    """The documents of a publication in several pieces, in their order; empty for one in one piece."""
    title: str | None = None
    """What the whole is called where its pieces' titles share it and none has it alone; ``title_source`` is where it stood."""
    title_source: str | None = None


def group(items: Sequence[Item], history: History, decisions: Sequence[Decision] = (), texts: Texts = lambda ids: ()) -> list[Work]:
    """The works of a base, by id. ``decisions`` are people's merges and splits, which outweigh every other reason.

    ``texts`` reads the few texts in which a page's words are looked for; without it nothing is joined for that reason.
    """
    known = {one.id: one for one in sorted(items, key=lambda one: one.order)}
    ordered = list(known.values())
    apart = _parted(decisions, known)
    pieces = _all_pieces(ordered, history)
    joins = [join for join in _joins(ordered, history, decisions, texts, pieces) if join.a in known and join.b in known]
    joins.sort(key=lambda join: JOIN_ORDER.index(join.kind))
    forest = _Forest(known, apart)
    kept = [join for join in joins if forest.join(join.a, join.b)]
    members: dict[str, list[Item]] = defaultdict(list)
    for one in ordered:
        members[forest.root(one.id)].append(one)
    reasons: dict[str, list[Join]] = defaultdict(list)
    for join in kept:
        reasons[forest.root(join.a)].append(join)
    in_pieces = {id: one for one in pieces for id in one.documents}
    works = [
        _work(some, reasons[root], history, in_pieces) if len(some) > 1 else Work(some[0].id, some[0].id, (_alone(some[0]),))
        for root, some in members.items()
    ]
    return sorted(works, key=lambda work: work.id)


def _alone(one: Item) -> Copy:
    return Copy(one.id, "main", "the only document")


def _all_pieces(items: Sequence[Item], history: History) -> list[Parts]:
    """All publications in several pieces, no document in two of them."""
    found: list[Parts] = []
    taken: set[str] = set()
    for one in (*page_parts(items, history), *file_parts(items)):
        if not taken & set(one.documents):
            taken |= set(one.documents)
            found.append(one)
    return found


def _pieces(members: Sequence[Item], in_pieces: Mapping[str, Parts], shown: str) -> Parts | None:
    """The pieces that a work came in: those of its members, as many as people have left together; None for one in one piece.

    Where several sets of pieces were joined (a report's pages and its files), the one that the ``shown`` document belongs to, as a piece or
    as the whole, is told, and where it is in none the largest.
    """
    ids = {one.id for one in members}
    sets = {id: in_pieces[id] for id in sorted(ids & in_pieces.keys())}.values()
    kept = [replace(one, documents=tuple(id for id in one.documents if id in ids)) for one in sets]
    several = [one for one in kept if len(one.documents) > 1]
    return max(several, key=lambda one: (shown in (*one.documents, *one.whole), len(one.documents)), default=None)


class _Forest:
    """Disjoint sets that never bring two documents together that a person has parted."""

    def __init__(self, ids: Iterable[str], apart: Mapping[str, set[str]]) -> None:
        self._parent = {id: id for id in ids}
        self._enemies = {id: set(others) for id, others in apart.items()}
        self._size = dict.fromkeys(self._parent, 1)
        self._members = {id: {id} for id in apart}

    def root(self, id: str) -> str:
        while self._parent[id] != id:
            self._parent[id] = self._parent[self._parent[id]]
            id = self._parent[id]
        return id

    def join(self, a: str, b: str) -> bool:
        """True where a and b are together afterwards."""
        a, b = self.root(a), self.root(b)
        if a == b:
            return True
        if self._enemies.get(a, set()) & self._members.get(b, set()):
            return False
        if self._size[a] < self._size[b]:
            a, b = b, a
        self._parent[b] = a
        self._size[a] += self._size[b]
        if b in self._members or a in self._members:
            self._members[a] = self._members.get(a, set()) | self._members.get(b, set())
            self._enemies[a] = self._enemies.get(a, set()) | self._enemies.get(b, set())
        return True


def _parted(decisions: Sequence[Decision], known: Mapping[str, Item]) -> dict[str, set[str]]:
    """Pairs that a person's last word holds apart, both ways."""
    last: dict[tuple[str, str], str] = {}
    for decision in decisions:
        if decision.action in ("merge", "split") and decision.other:
            last[min(decision.target, decision.other), max(decision.target, decision.other)] = decision.action
    apart: dict[str, set[str]] = defaultdict(set)
    for (a, b), action in last.items():
        if action == "split" and a in known and b in known:
            apart[a].add(b)
            apart[b].add(a)
    return apart


def _joins(
    items: Sequence[Item], history: History, decisions: Sequence[Decision], texts: Texts, pieces: Sequence[Parts]
) -> Iterator[Join]:
    for decision in decisions:
        if decision.action == "merge" and decision.other:
            why = f": {decision.reason}" if decision.reason else ""
            yield Join(decision.target, decision.other, "decision", f"{decision.reviewer} merged them{why}")
    yield from _same_text(items)
    yield from _same_identifier(items)
    yield from _same_address(history)
    for page, document, reason in (*landing_joins(items), *contained_pages(items, texts)):
        yield Join(page, document, "landing_page", reason, page=page)
    for one in pieces:
        for first, document, reason in one.joins():
            yield Join(first, document, "part", reason)
        if one.page is not None:
            yield Join(one.page, one.documents[0], "landing_page", one.reason, page=one.page)
    yield from _near_duplicates(items)


def _same_text(items: Sequence[Item]) -> Iterator[Join]:
    first: dict[str, Item] = {}
    for one in items:
        if one.content_digest and len(one.text.minima):
            other = first.setdefault(one.content_digest, one)
            if other is not one:
                yield Join(other.id, one.id, "same_text", "the same text word for word")


def _same_identifier(items: Sequence[Item]) -> Iterator[Join]:
    """Same DOI or ISBN, unless titles and texts are both quite different: the chapters of a book share its ISBN."""
    for name in ("doi", "isbn"):
        seen: dict[str, list[Item]] = defaultdict(list)
        for one in items:
            identifier: str | None = getattr(one, name)
            if not identifier:
                continue
            for other in seen[identifier][:MAX_COMPARED]:
                if not _different(one, other):
                    yield Join(other.id, one.id, "identifier", f"the same {name.upper()}, {identifier}")
                    break
            seen[identifier].append(one)


def _different(a: Item, b: Item) -> bool:
    if not a.words.words or not b.words.words:
        return False
    unlike = title_overlap(a.words, b.words) < 0.3 or titles_conflict(a.words, b.words)
    return unlike and min(a.text.size, b.text.size) >= 300 and a.text.containment(b.text) < 0.1


def _same_address(history: History) -> Iterator[Join]:
    for address in history.addresses.values():
        for earlier, later in zip(address.documents, address.documents[1:], strict=False):
            yield Join(earlier, later, "address", f"later fetched at the same address, {address.url}")


def _near_duplicates(items: Sequence[Item]) -> Iterator[Join]:
    """Candidates share a bucket of their signatures, or their titles' words; the texts decide."""
    buckets: dict[object, list[Item]] = defaultdict(list)
    for one, shared in zip(items, shared_buckets([one.text for one in items]), strict=True):
        if not len(one.text.minima):
            continue
        compared: set[str] = {one.id}
        keys: list[object] = [*shared]
        if len(one.words.words) >= 2:
            keys += [("title", one.words.words), ("opening", tuple(_opening(one.title)))]
        for key in keys:
            bucket = buckets[key]
            for other in bucket:
                if other.id not in compared:
                    compared.add(other.id)
                    reason = near_duplicate(one, other)
                    if reason:
                        yield Join(other.id, one.id, "near_duplicate", reason)
            if len(bucket) < MAX_COMPARED:
                bucket.append(one)


def _opening(title: str | None) -> list[str]:
    return re.findall(r"\w+", (title or "").casefold())[:4]


def near_duplicate(a: Item, b: Item) -> str | None:
    """The reason in words why the texts are one publication's, or None.

    With the same title half the shingles (or seven tenths of the smaller text) must be shared, without a title on one side four
    fifths. Other titles weigh more than a template's text: then all but a twentieth, and no other number in the title.
    Thresholds are from made pairs of versions, summaries and templates (tests/warehouse/test_works.py).
    """
    if titles_conflict(a.words, b.words):
        return None
    jaccard = a.text.jaccard(b.text)
    if jaccard < 0.15:
        return None
    contained = a.text.containment(b.text)
    share = f"{round(100 * jaccard)} % of the text shared"
    if min(a.text.size, b.text.size) < SMALL_TEXT:
        return f"the same title and {share}" if jaccard >= 0.95 and same_title(a.words, b.words) else None
    if same_title(a.words, b.words):
        if jaccard >= 0.5:
            return f"the same title and {share}"
        return f"the same title, and {round(100 * contained)} % of the shorter text in the longer" if contained >= 0.7 else None
    if not a.words.words or not b.words.words:
        return share if jaccard >= 0.8 else None
    return share if jaccard >= 0.95 and title_overlap(a.words, b.words) >= 0.3 else None


@dataclass
class _Standing:
    """Where a member stands among the others."""

    latest_at: set[str] = field(default_factory=set)
    older_at: set[str] = field(default_factory=set)


def _work(members: Sequence[Item], joins: Sequence[Join], history: History, in_pieces: Mapping[str, Parts]) -> Work:
    standings = {one.id: _standing(one, history) for one in members}
    chosen = max(members, key=lambda one: _preference(one, standings[one.id]))
    shown = _whole(chosen, members, standings, in_pieces)
    pieces = _pieces(members, in_pieces, shown.id)
    parts = pieces.documents if pieces is not None else ()
    if shown.id in parts:
        by_id = {one.id: one for one in members}
        shown = next((by_id[id] for id in parts if by_id[id].status != "refused" and by_id[id].is_page == shown.is_page), shown)
    if shown.id in parts:
        why = "the first part"
    else:
        why = _why_shown(shown, members, standings[shown.id]) if shown is chosen else "the whole text rather than a part of it"
    copies = [Copy(shown.id, "main", why)]
    for one in members:
        if one is not shown:
            copies.append(_copy(one, shown, joins, standings[one.id], one.id in parts))
    title, source = (pieces.title, pieces.title_source) if pieces is not None and shown.id in parts else (None, None)
    return Work(members[0].id, shown.id, tuple(copies), parts, title, source)


def _whole(chosen: Item, members: Sequence[Item], standings: Mapping[str, _Standing], in_pieces: Mapping[str, Parts]) -> Item:
    """In place of a piece the file of the whole text, where a page offers both: an annex is often the longer text. The whole must be as
    readable and as current as the piece."""
    files = in_pieces[chosen.id].whole if chosen.id in in_pieces else ()
    least = _preference(chosen, standings[chosen.id])[:2]
    whole = [one for one in members if one.id in files and _preference(one, standings[one.id])[:2] >= least]
    return max(whole, key=lambda one: _preference(one, standings[one.id]), default=chosen)


def _standing(one: Item, history: History) -> _Standing:
    standing = _Standing()
    for sighting in one.sightings:
        latest = history.addresses[sighting.url].document == one.id
        (standing.latest_at if latest else standing.older_at).add(sighting.url)
    return standing


def _preference(one: Item, standing: _Standing) -> tuple[object, ...]:
    """Readable, then current, a document before its page, the newest date, the longer text; the id breaks ties."""
    return (
        one.status != "refused",
        not standing.older_at or bool(standing.latest_at),
        not one.is_page,
        one.status == "ok",
        _day(one.published),
        round(one.text.size),
        one.id,
    )


def _day(published: str | None) -> str:
    """A date to compare by: the last day that it can mean, so that 2019 is no older than 2019-06; "" for none."""
    return f"{published}-12-31"[:10] if published and len(published) == 4 else f"{published}-31"[:10] if published else ""


def _why_shown(shown: Item, members: Sequence[Item], standing: _Standing) -> str:
    others = [one for one in members if one is not shown]
    if not shown.is_page and all(one.is_page for one in others):
        return "the document itself rather than the page that offers it"
    if any({sighting.url for sighting in one.sightings} & standing.latest_at for one in others):
        return "the newest version"
    return "the newest and fullest readable copy"


def _copy(one: Item, shown: Item, joins: Sequence[Join], standing: _Standing, part: bool) -> Copy:
    """The member's role, by the strongest join that touches it: one with the shown copy before any other."""
    touching = sorted(
        (join for join in joins if one.id in (join.a, join.b)),
        key=lambda join: (shown.id not in (join.a, join.b), JOIN_ORDER.index(join.kind), join.a, join.b),
    )
    join = touching[0] if touching else Join(one.id, shown.id, "near_duplicate", "joined through other copies")
    if one.content_digest and one.content_digest == shown.content_digest:
        return Copy(one.id, "copy", "the same text word for word as the shown copy")
    landing = next((join for join in touching if join.kind == "landing_page" and join.page == one.id), None)
    if landing and not shown.is_page:
        return Copy(one.id, "landing_page", landing.reason)
    if part:
        return Copy(one.id, "part", next((join.reason for join in touching if join.kind == "part"), join.reason))
    if standing.older_at and not standing.latest_at:
        return Copy(one.id, "version", "an older version: " + join.reason)
    if one.is_page and not shown.is_page and join.kind in ("identifier", "near_duplicate", "landing_page"):
        return Copy(one.id, "landing_page", f"a page with {join.reason}" if join.kind != "landing_page" else join.reason)
    return Copy(one.id, _ROLE_OF[join.kind], join.reason)


_ROLE_OF = {
    "decision": "version",
    "same_text": "copy",
    "identifier": "version",
    "address": "version",
    "landing_page": "version",
    "part": "part",
    "near_duplicate": "near_duplicate",
}
