"""Which paragraphs a page carries for its own sake (``boilerplate.toml``), and which are lines of a contents list."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from extract.triggers import triggers

RULES = Path(__file__).with_name("boilerplate.toml")

_LEADER = re.compile(r"\.\.\.\.|\u2026\u2026| \. \.|_____")
_LEADERS = re.compile(r"(?:\.{4,}|…{2,}|(?: \.){4,}|_{5,})\s*(?:\d{1,4}|[ivxl]{1,6})?\s*$")


class BoilerplateRulesError(ValueError):
    """The rule file breaks its schema; the message names file, rule and what was expected."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    max_words: int
    whole: bool
    pattern: re.Pattern[str]
    triggers: tuple[str, ...] = ()
    """Lower-case pieces of which any match holds at least one; empty where they are not asked for."""

    def matches(self, text: str, lowered: str) -> bool:
        """Whether ``text`` matches; looking for the triggers first makes that eight times as fast."""
        if self.triggers and not any(map(lowered.__contains__, self.triggers)):
            return False
        return (self.pattern.fullmatch(text) if self.whole else self.pattern.search(text)) is not None


@lru_cache(maxsize=1)
def rules(path: Path = RULES) -> tuple[Rule, ...]:
    """The rules of ``path``, checked. Raises BoilerplateRulesError."""
    loaded = tomllib.loads(path.read_text(encoding="utf-8"))
    found = []
    for index, entry in enumerate(loaded.get("rule", [])):
        name = entry.get("name", f"rule {index + 1}")
        for key, kind in (("name", str), ("max_words", int), ("patterns", list)):
            if not isinstance(entry.get(key), kind):
                raise BoilerplateRulesError(f"{path.name}: {name}: {key}: expected {kind.__name__}")
        unknown = set(entry) - {"name", "max_words", "patterns", "whole"}
        if unknown:
            raise BoilerplateRulesError(f"{path.name}: {name}: {', '.join(sorted(unknown))}: unknown key")
        try:
            pattern = re.compile("|".join(f"(?:{text})" for text in entry["patterns"]), re.IGNORECASE)
        except re.error as error:
            raise BoilerplateRulesError(f"{path.name}: {name}: patterns: expected a regular expression ({error})") from error
        # what can match at the beginning only is tried faster than its triggers are looked for
        anchored = entry.get("whole", False) or all(text.startswith("^") for text in entry["patterns"])
        found.append(Rule(name, entry["max_words"], bool(entry.get("whole", False)), pattern, () if anchored else triggers(pattern)))
    return tuple(found)


def is_boilerplate(text: str) -> bool:
    """Whether a whole paragraph is furniture of its page: cookie notices, menus, sharing buttons, rights, contact lines."""
    if len(text) > 600:
        return False
    words, lowered = len(text.split()), text.lower()
    for rule in rules():  # noqa: SIM110 (half the time of any() over a generator)
        if words <= rule.max_words and rule.matches(text, lowered):
            return True
    return False


def is_contents_line(text: str) -> bool:
    """Whether a line is an entry of a table of contents: dot leaders to a page number."""
    return len(text) < 300 and _LEADER.search(text) is not None and _LEADERS.search(text) is not None
