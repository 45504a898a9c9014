"""Two arms of a comparison in a sentence: where each is named, which is said to have more, and what their figures say.

Votes of simple rules for increase, decrease and no change of an outcome under the intervention; ``changes`` weighs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_GENERIC_FIRST = (
    r"intervention|experimental|(?:active )?treatment (?:group|arm)|treated|study group|IG|"
    r"participants in the (?:programme|program|scheme)"
)
_GENERIC_SECOND = (
    r"controls?|placebo|usual care|(?:standard|routine|conventional|normal|regular) (?:\w+ )?(?:care|treatment|therapy|group|arm|method|diet)|"
    r"treatment as usual|TAU|comparison|comparators?|CG|sham|untreated|non-intervention|no treatment|baseline care|waiting list|elsewhere|"
    r"other (?:practices|areas|sites|groups?|patients)|those (?:without|not)"
)
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "a an and or the of in on to for with without by at as than from per is was were be been group groups arm patients "
        "participants treatment therapy care daily day days week weeks month months year years dose doses mg ml mcg kg times "
        "twice once every after before during plus used using received receiving given administered women men children people "
        "study trial control placebo then followed added only alone each one two three four both all no not it who which that "
        "their this these ",
    )
)
_MARKER = re.compile(
    r"\b(?:than|(?:as |when )?compar(?:ed|ing) (?:with|to)|in comparison (?:with|to)|versus|vs\b\.?|relative to|as opposed to|in contrast to|"
    r"against)", re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.·])[-−]?\d+(?:,\d{3})*(?:[.·]\d+)?(?![\w.·]*\w)")
_NOT_A_VALUE = re.compile(
    r"\bp(?:-?values?)?(?: for \w+)? ?[=<>≤≥] ?0?[.·]\d+|\b\d+ ?% ?(?:CI|confidence)[^;)\]]*|[±] ?[\d.·]+|\[[^\]]*\]|\bn ?= ?\d+|"
    r"\b(?:table|figure|fig\.?|group|week|month|day|year|age|months?|type|phase|at) ?\d+\w?|\b\d+(?:st|nd|rd|th)\b|"
    r"\b\d+[ -]?(?:weeks?|months?|years?|days?|hours?|h|min|minutes)\b(?= (?:follow|after|post|of|group|visit|later))|SD ?=? ?[\d.·]+|"
    r"\b[FtzχH]\d? ?\([^)]*\) ?= ?[-\d.·]+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Arms:
    """Where a sentence names the intervention (``first``) and what it is compared with (``second``): (start, end) in its characters."""

    first: tuple[tuple[int, int], ...]
    second: tuple[tuple[int, int], ...]

    def events(self) -> list[tuple[int, int, int]]:
        """(start, end, arm) in the order of the text; arm is 0 for the intervention, 1 for the comparator."""
        return sorted([(low, high, 0) for low, high in self.first] + [(low, high, 1) for low, high in self.second])


def arms_of(plain: str, intervention: str = "", comparator: str = "") -> Arms:
    """The arms by the words that only one of them is described by, and by what arms are usually called."""
    own, other = _words(intervention), _words(comparator)
    first = _spans(plain, own - other)
    second = _spans(plain, other - own)
    if comparator and not other - own:
        second = [match.span() for match in re.finditer(r"\b[\w-]+ (?:group |therapy |treatment |care )?(?:only|alone)\b|\balone\b", plain)]
    generic_first = [match.span() for match in _pattern(_GENERIC_FIRST).finditer(plain) if match[0].casefold() not in other]
    generic_second = [match.span() for match in _pattern(_GENERIC_SECOND).finditer(plain) if not set(match[0].casefold().split()) & (own - other)]
    first = [*first, *(span for span in generic_first if not _touches(span, second))]
    second = [*second, *(span for span in generic_second if not _touches(span, first))]
    first = [span for span in first if not _touches(span, [at for at in second if at[1] - at[0] > span[1] - span[0]])]
    return Arms(tuple(sorted(set(first))), tuple(sorted(set(second))))


@lru_cache(maxsize=4)
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


def _touches(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < high and low < span[1] for low, high in others)


def _words(description: str) -> set[str]:
    """What may stand for an arm: its words, "group A", and the initials of its name."""
    low = description.casefold()
    words = {word for word in re.findall(r"[\w'-]{2,}", low) if word not in _COMMON and not word.isdigit()}
    words |= {match[0] for match in re.finditer(r"\b(?:group|arm) (?:[a-z]|\d|[iv]+)\b", low)}
    names = re.findall(r"\b[a-zA-Z][\w-]*", re.sub(r"\([^)]*\)", " ", description))
    words |= {"".join(name[0] for name in names[at : at + size]).casefold() for size in (2, 3, 4) for at in range(len(names) - size + 1)} - _COMMON
    return words


def _spans(plain: str, words: set[str]) -> list[tuple[int, int]]:
    found = []
    for word in words:
        short = len(word) <= 4 and " " not in word
        for match in re.finditer(rf"\b{re.escape(word)}\b" if short or " " in word else rf"\b{re.escape(word[:7])}", plain, re.IGNORECASE):
            if not short or " " in word or match[0].upper() == match[0] or len(word) == 4:
                found.append(match.span())
    return found


def is_swapped(arms: Arms, plain: str, at: int) -> bool | None:
    """Whether the change word at ``at`` is said of the comparator; None where no arm is named beside it."""
    low = max((match.end() for match in re.finditer(r"[.;] ", plain[:at])), default=0)
    ends = re.search(r"[.;] (?=[A-Z])", plain[at:])
    high = at + ends.start() if ends else len(plain)
    events = [event for event in arms.events() if low <= event[0] < high]
    marker = _MARKER.search(plain, at, high)
    beside = [event for event in events if 0 <= event[0] - at < 30]
    if marker and not (beside and marker.start() - at > 70):
        after = [event for event in events if event[0] >= marker.end()]
        before = [event for event in events if event[1] <= marker.start()]
        if after and after[0][0] - marker.end() < 60 and (not before or before[-1][2] != after[0][2]):
            return after[0][2] == 0
        if before:
            return min(before, key=lambda event: _gap(event, at))[2] == 1
    if not events:
        return None
    return min(events, key=lambda event: _gap(event, at))[2] == 1


def _gap(event: tuple[int, int, int], at: int) -> int:
    """Distance to the change word; what follows it ("lower in the trained group") is nearer than what stands before."""
    return event[0] - at if event[0] >= at else 2 * (at - event[1])


def figures(arms: Arms, plain: str, start: int = 0) -> tuple[float, float] | None:
    """The figures of intervention and comparator, read in the order in which arms and figures are given from ``start`` on."""
    hidden = _NOT_A_VALUE.sub(lambda match: " " * len(match[0]), plain)
    numbers = [(match.start(), _value(match[0])) for match in _NUMBER.finditer(hidden) if match.start() >= start]
    numbers = [(at, value) for at, value in numbers if not any(low <= at < high for low, high in (*arms.first, *arms.second))]
    events = [event for event in arms.events() if event[0] >= start]
    pairs = list(_pairs(events, numbers, "respectively" in plain))
    values = dict(reversed(pairs))
    return (values[0], values[1]) if len(values) == 2 else None


def _pairs(events: Sequence[tuple[int, int, int]], numbers: Sequence[tuple[int, float]], respectively: bool) -> Iterator[tuple[int, float]]:
    arms = [event for at, event in enumerate(events) if at == 0 or events[at - 1][2] != event[2] or event[0] - events[at - 1][1] > 30]
    if not arms or not numbers:
        return
    if respectively and len(numbers) >= 2:
        for event, (_, value) in zip(arms[:2], numbers[:2], strict=False):
            yield event[2], value
        return
    follows = numbers[0][0] > arms[0][0]
    for at, (low, high, arm) in enumerate(arms):
        if follows:
            limit = arms[at + 1][0] if at + 1 < len(arms) else high + 80
            near = [value for place, value in numbers if high <= place < limit]
        else:
            limit = arms[at - 1][1] if at else 0
            near = [value for place, value in numbers if limit <= place < low]
        if near:
            yield arm, near[0]


def _value(text: str) -> float:
    return float(text.replace("−", "-").replace("·", ".").replace(",", ""))
