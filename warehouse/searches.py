"""Saved searches and the numbered history of searches, kept in the base: what was asked, when, of which publication, with how many hits.

A history line can be asked again in another query as ``#3``, as in librarians' databases. What a review has to report of its searches
(PRISMA-S, Rethlefsen and others 2021) is written from it.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from evidence.base import Base
from evidence.errors import IntegrandError, UsageError
from evidence.segments import as_plain, from_json
from evidence.taxonomy.vocabulary import unknown
from warehouse.filters import Filters
from warehouse.search import SearchAnswer, Searcher

HISTORY = "history.jsonl"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_REFERENCE = re.compile(r'["“”][^"“”]*["“”]|(?<![^\s(])#(\d{1,6})(?=[\s)]|$)')
"""Phrases are passed over: what looks like a reference in one is none."""
LIKE = "like"
KNOWN_CHARACTERS = 12
"""Of each hit's id, so many are kept to tell later which hits are new."""


@dataclass(frozen=True, slots=True)
class PastSearch:
    """A line of the history. ``understood`` is the query with its ``#`` references and operators written out; ``name`` that of the saved
    search it belongs to, whose ``hits`` (beginnings of ids) are kept. ``run`` names the publication that was searched."""

    number: int
    searched_at: datetime
    query: str
    understood: str
    filters: dict[str, tuple[str, ...]]
    exact: bool
    run: str
    total: int
    expanded: dict[str, tuple[str, ...]]
    name: str | None = None
    hits: tuple[str, ...] = ()
    kind: str = "query"
    """Or ``like``: the works like one, whose telling words ``understood`` has."""


@dataclass(frozen=True)
class Rerun:
    """A search that was made again: its answer, its line in the history, and the ids of hits that it had not had the last time."""

    answer: SearchAnswer
    line: PastSearch
    new: tuple[str, ...]


def history(base: Base) -> list[PastSearch]:
    """All lines, oldest first. Raises ``IntegrandError`` that names a damaged line; a torn last one is left out."""
    path = base.searches / HISTORY
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise IntegrandError(f"{path}: cannot be read ({error.strerror})") from error
    found = []
    for number, line in enumerate(lines[:-1], start=1):
        if line.strip():
            try:
                found.append(from_json(PastSearch, line))
            except ValueError as error:
                raise IntegrandError(f"{path}: line {number}: not a search ({error}); mend or remove the line") from error
    return found


def saved(base: Base) -> dict[str, PastSearch]:
    """The newest line of each saved search, by name."""
    return {line.name: line for line in history(base) if line.name is not None}


def search_and_note(
    base: Base, searcher: Searcher, query: str, filters: Filters | None = None, *, exact: bool = False, name: str | None = None, limit: int = 20,
    lens: str | None = None,
) -> Rerun:
    """Searches, and adds a line to the history; with ``name`` it is that saved search's newest.

    Raises ``UsageError`` for a name that no saved search may have, a ``#`` that the history lacks, and as ``Searcher.search``.
    """
    if name is not None and not NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a search; take small letters, digits, - and _, at most 60")
    filters = filters or Filters()
    lines = history(base)
    with as_typed(query, lines) as written:
        answer = searcher.search(written, filters, limit, expand=not exact, lens=lens)
    before = next((line for line in reversed(lines) if name is not None and line.name == name), None)
    known = set(before.hits) if before is not None else set()
    new = tuple(id for id in answer.ids if id[:KNOWN_CHARACTERS] not in known)
    line = PastSearch(
        0, datetime.now(UTC), query, answer.parsed, plain_filters(filters), exact, answer.run, answer.total,
        {term: tuple(some) for term, some in answer.expanded.items()}, name, tuple(id[:KNOWN_CHARACTERS] for id in answer.ids) if name else (),
    )  # fmt: skip
    return Rerun(answer, _added(base, line), new)


def search_and_try_to_note(
    base: Base, searcher: Searcher, query: str, filters: Filters | None = None, *, exact: bool = False, limit: int = 20, lens: str | None = None,
) -> tuple[SearchAnswer, int | None]:
    """The answer and its number in the history; without a number, and with a note that says why, where nothing can be written there."""
    try:
        done = search_and_note(base, searcher, query, filters, exact=exact, limit=limit, lens=lens)
    except IntegrandError as error:
        if isinstance(error, UsageError):
            raise
        with as_typed(query, history(base)) as written:
            answer = searcher.search(written, filters, limit, expand=not exact, lens=lens)
        return replace(answer, notes=[*answer.notes, f"not noted in the history: {error}"]), None
    return done.answer, done.line.number


def like_and_try_to_note(
    base: Base, searcher: Searcher, id: str, filters: Filters | None = None, *, limit: int = 20, lens: str | None = None,
) -> tuple[SearchAnswer, int | None]:
    """The works like one, and the number of that search in the history; as ``search_and_try_to_note``."""
    answer = searcher.like(id, filters, limit, lens=lens)
    line = PastSearch(0, datetime.now(UTC), answer.query, answer.parsed, plain_filters(filters or Filters()), False, answer.run, answer.total, {},
                      kind=LIKE)
    try:
        return answer, _added(base, line).number
    except IntegrandError as error:
        return replace(answer, notes=[*answer.notes, f"not noted in the history: {error}"]), None


def run_again(base: Base, searcher: Searcher, names: Iterable[str]) -> list[Rerun]:
    """Makes saved searches again, all where none is named. Raises ``UsageError`` for an unknown name."""
    known = saved(base)
    chosen = list(names) or list(known)
    for one in chosen:
        if one not in known:
            raise unknown("saved search", one, known)
    return [
        search_and_note(base, searcher, known[one].query, filters_of(known[one].filters), exact=known[one].exact, name=one) for one in chosen
    ]


def plain_filters(filters: Filters) -> dict[str, tuple[str, ...]]:
    """The filters that are set, by name."""
    plain = {name: value for name, value in asdict(filters).items() if value and name != "labels"}
    return {name: (value,) if isinstance(value, str) else tuple(value) for name, value in (plain | dict(filters.labels)).items()}


def filters_of(plain: Mapping[str, Sequence[str]]) -> Filters:
    some = {name: tuple(values) for name, values in plain.items()}
    since = next(iter(some.pop("since", ())), None)
    type_, strength, design, theme, place, source = (some.pop(name, ()) for name in _FIELDS)
    return Filters(type_, strength, design, theme, place, source, since, some)


def written_out(query: str, lines: Sequence[PastSearch]) -> str:
    """The query with every ``#n`` replaced by that search, in parentheses. Raises ``UsageError`` for one that cannot be."""
    known = {line.number: line for line in lines}

    def text_of(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        number = int(match[1])
        if number not in known:
            raise UsageError(f"query: there is no search #{number}; `integrand searches history` lists them")
        return _as_query(known[number])

    return _REFERENCE.sub(text_of, query)


_PLACE = re.compile(r"(?<=^query, character )\d+")


@contextmanager
def as_typed(query: str, lines: Sequence[PastSearch]) -> Iterator[str]:
    """The query written out; a ``UsageError`` that points at a character of it points at ``query`` as typed, where a ``#n`` is one place."""
    written, places, typed = "", list[int](), 0
    for match in _REFERENCE.finditer(query):
        if match[1] is not None:
            past = written_out(match[0], lines)
            written += query[typed : match.start()] + past
            places += [*range(typed, match.start()), *[match.start()] * len(past)]
            typed = match.end()
    written, places = written + query[typed:], [*places, *range(typed, len(query) + 1)]
    try:
        yield written
    except UsageError as error:
        raise UsageError(_PLACE.sub(lambda found: str(places[int(found[0]) - 1] + 1), str(error))) from None


_FIELDS = {"type": "type", "strength": "strength", "design": "design", "theme": "theme", "place": "place", "source": "source"}


def _as_query(line: PastSearch) -> str:
    """A past search as a part of a query, its filters as fields."""
    if line.kind == LIKE:
        raise UsageError(f"query: #{line.number} asked for works like one (--like), which a query cannot say; search for its words in its place")
    if "since" in line.filters:
        raise UsageError(f"query: #{line.number} was limited by --since, which a query cannot say; search again with year: in its place")
    parts = [line.understood] if line.understood != "*" else []
    for name, values in line.filters.items():
        field = _FIELDS.get(name, name)
        parts.append("(" + " OR ".join(f'{field}:"{value}"' for value in values) + ")")
    if not parts:
        raise UsageError(f"query: #{line.number} asked for all works; leave it out")
    return f"({' AND '.join(parts)})"


def _added(base: Base, line: PastSearch) -> PastSearch:
    """Appends the line under the next number; two programs that do so at once get two numbers."""
    path = base.searches / HISTORY
    try:
        path.parent.mkdir(exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        raise IntegrandError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        numbered = replace(line, number=max((one.number for one in history(base)), default=0) + 1)
        text = _json(numbered)
        # A torn last line stays a line of its own, that is left out.
        size = os.fstat(handle).st_size
        whole = size == 0 or os.pread(handle, 1, size - 1) == b"\n"
        if not whole:
            os.ftruncate(handle, _end_of_last_line(path))
        if os.write(handle, text) < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(handle)
    except OSError as error:
        raise IntegrandError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        os.close(handle)
    return numbered


def _end_of_last_line(path: Path) -> int:
    return path.read_bytes().rfind(b"\n") + 1


def _json(line: PastSearch) -> bytes:
    return json.dumps(as_plain(line) | {"searched_at": line.searched_at.isoformat()}, ensure_ascii=False).encode() + b"\n"


def search_record(lines: Iterable[PastSearch]) -> str:
    """What a review reports of its searches (PRISMA-S items 1, 8, 9, 13 and 15), in Markdown, a section a search."""
    parts = ["# Search record\n\nDatabase: an integrand evidence base of grey literature, searched through integrand itself.\n"]
    for line in lines:
        limits = "; ".join(f"{name}: {', '.join(some)}" for name, some in line.filters.items()) or "none"
        terms = "; ".join(f"{word}: {', '.join(some)}" for word, some in line.expanded.items()) or ("not asked for" if line.exact else "none")
        parts.append(
            f"## #{line.number}{f' {line.name}' if line.name else ''}\n\n"
            f"- Search as typed: `{line.query or '*'}`\n- Search as understood: `{line.understood}`\n- Limits: {limits}\n"
            f"- Other terms looked for: {terms}\n"
            f"- Date: {line.searched_at:%Y-%m-%d %H:%M} UTC\n- Publication searched: {line.run}\n- Records found: {line.total}\n"
        )
    return "\n".join(parts)
