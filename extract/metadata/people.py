"""Names of people and bodies in running text, by their shape and by what the document itself writes in lower case."""

from __future__ import annotations

import re
from functools import lru_cache

from extract.metadata.words import words

_PARTICLE = r"(?:de|del|della|der|den|di|da|dos|du|la|le|van|von|ten|ter|bin|ibn|al|el|af|zu)"
_INITIAL = r"(?:[^\W\d_a-z]\.?(?:[- ]?[^\W\d_a-z]\.)*)"
_TOKEN = r"(?:[^\W\d_a-z][^\W\d_]*(?:[-‐‑'’][^\W\d_]+)*)"
_NAME = re.compile(rf"(?:{_TOKEN}|{_INITIAL})(?:\s+(?:{_PARTICLE}\s+)*(?:{_TOKEN}|{_INITIAL})){{1,4}}")
_MARKS = re.compile(
    r"(?<=[^\W\d_])[\d*†‡§¶,]+(?:\s*,\s*[\d*†‡§¶]+)*(?=\s|$|,|;)|[*†‡§¶]|\b\d+\b|(?<=[^\W\d_])\d+(?:,\d+)*(?![^\W\d_])"
)
_SPLIT = re.compile(r"\s*(?:;|\||\n|,|\s&\s|\band\b|\bwith\b|•|·)\s*")


@lru_cache(maxsize=2)
def common_words(text: str) -> frozenset[str]:
    """Words that a text writes in lower case somewhere: what they are, no name is made of them alone.

    Title and authors both ask, mostly of the same text: the last answers are kept (3 % of the time of reading a PDF).
    """
    tokens = set(text.split())
    plain = {token for token in tokens if token.isascii() and token.isalpha()}
    rest = " ".join([token for token in tokens - plain if "@" not in token and "://" not in token and not token.startswith("www.")])
    return frozenset([token for token in plain if token[0].islower()] + re.findall(r"(?<![^\W\d_])[^\W\d_A-Z][^\W\d_]*", rest))


def is_organisation(text: str) -> bool:
    """Whether a short line is the name of a body: capitalised, with a word that bodies are called by, or an acronym alone."""
    bare = re.sub(r"\s*\([^()]{1,40}\)\s*$", "", text).strip(" ,.")
    tokens = re.findall(r"[^\W\d_]+", bare)
    if not 1 <= len(tokens) <= 14 or re.search(r"[.?!]\s|[?!:]|https?:|@|\d", bare) or _OPENS_NO_NAME.match(bare):
        return False
    if len(tokens) == 1:
        return tokens[0].isupper() and 2 <= len(tokens[0]) <= 8 and tokens[0].lower() not in words().ordinary_words
    if any(not token[0].isupper() and token not in _JOINING for token in tokens):
        return False
    if _spells(tokens, text):
        return True
    known = [token.lower() in words().organisation_words for token in tokens]
    heads = any(flag and token.lower() in ("of", "for", "in", "on") for flag, token in zip(known, tokens[1:], strict=False))
    places = (
        tokens[-1].lower() in words().organisation_places and len(tokens) <= 3 and not any(token in _JOINING for token in tokens)
    )
    return known[-1] or heads or places


_OPENS_NO_NAME = re.compile(
    r"(?:A|An|Our|Your|This|These|Those|That|Their|We|You|They|If|When|Where|While|As|Why|How|What|Who|Which)\s"
    r"|(?i:[a-z]{3,}ing\s(?:the|our|an?|your|their)\s)"
    r"|(?:Dr|Prof|Professor|Mr|Mrs|Ms)\.?\s(?:[A-Z][\w.'’-]*\s){0,3}[A-Z][\w'’-]+,")
"""How sentences and titles open, and people with the place where they work: "If the Trust", "Realising the Integrated NHS",
"Dr Ann Example, University of Somewhere"."""


_LEADING_BODY = re.compile(r"((?:[A-Z][\w’'-]*\s(?:(?:of|and|for|the|in)\s)*){2,10}\([A-Z][A-Z& ]{1,11}\))\s+(?=[A-Z]\S*\s\S)")


def leading_body(text: str) -> str | None:
    """The body that opens a line and is spelt out by the acronym behind it, where more follows: "Full Name of Body (FNB) Joining Up Care"."""
    found = _LEADING_BODY.match(text)
    if found is None or found[1].isupper():
        return None
    name = found[1]
    return name if _spells(re.findall(r"[^\W\d_]+", name[: name.rindex("(")]), name) else None


_JOINING = frozenset(("and", "of", "for", "the", "in", "on", "to", "with", "at", "by"))


def _spells(tokens: list[str], text: str) -> bool:
    """Whether a line ends in the acronym of its own words: "Full Name of Body (FNB)"."""
    acronym = re.search(r"\(([A-Z][A-Z& ]{1,11})\)$", text.strip())
    initials = "".join(token[0] for token in tokens if token[0].isupper())
    return acronym is not None and re.sub(r"[& ]", "", acronym.group(1)) == initials


@lru_cache(maxsize=1)
def _titles() -> re.Pattern[str]:
    """Titles that stand before a name, one or several."""
    return re.compile(rf"(?:(?:{'|'.join(sorted(words().person_titles, key=len, reverse=True))})\b\.?\s+)+", re.I)


def bare_name(text: str) -> str:
    """A name without affiliation marks, titles and letters after it; "Surname, Given" turned round."""
    text = re.sub(r"\([^()]{0,80}\)", " ", text)
    text = " ".join(_MARKS.sub(" ", text).split()).strip(" ,;.:–—-|")
    changed = True
    while changed and text:
        changed = False
        titles = _titles().match(text)
        if titles:
            text, changed = text[titles.end() :], True
        last = re.split(r"[\s,]+", text)[-1]
        if (
            len(text.split()) > 2
            and last.replace(".", "").lower() in words().post_nominals
            and (last.isupper() or "." in last or last in ("PhD", "DPhil", "MSc", "BSc"))
        ):
            text, changed = text[: text.rfind(last)].rstrip(" ,"), True
    return text


def turned(text: str) -> str:
    """ "Surname, Given" as "Given Surname"; anything else as it is."""
    match = re.fullmatch(r"([^\W\d_][\w'’ -]{1,40}),\s*([^\W\d_][\w.'’ -]{0,40})", text.strip())
    return f"{match.group(2).strip()} {match.group(1).strip()}" if match and len(match.group(2).split()) <= 3 else text.strip()


def is_person(text: str, common: frozenset[str]) -> bool:
    """Whether ``text`` is shaped like one person's name and is not made of the document's ordinary words."""
    if not 3 < len(text) <= 60 or _NAME.fullmatch(text) is None:
        return False
    tokens = [token for token in re.split(r"[\s.]+", text) if token]
    full = [token for token in tokens if len(token) > 1]
    if (
        not full
        or any(token.lower() in words().organisation_words for token in full)
        or (any(token.isupper() and len(token) > 2 for token in full) and not text.isupper())
    ):
        return False
    if sum(len(token) > 1 and token.lower() not in words().ordinary_words for token in tokens) < 1:
        return False
    if any(_ABSTRACT.search(token) for token in full) or (
        _WORDLIKE.search(full[0]) and full[0].lower() not in words().names_like_words
    ):
        return False
    ordinary = [token for token in full if token.lower() in common or token.lower() in words().ordinary_words]
    return len(ordinary) < len(full) and (len(ordinary) <= 1 or len(full) - len(ordinary) >= 2)


_ABSTRACT = re.compile(
    r"(?i)[a-z]{2,}(?:tions?|ments?|ness|ities|ances?|ships?|ology|isms?|ibility|ability|sions?|ised|ized|ised|ical|ising|izing)$"
)
_WORDLIKE = re.compile(r"(?i)^[a-z]{3,}(?:ed|ing|ly|al|ive|ous|ful|less|able|ible|ary|ory|ic|ier|est)$")


def names_in(text: str, common: frozenset[str], strict: bool = False) -> list[str]:
    """People named in a list: "A. B. Clark1, Dana Eve2* and F Gray". ``strict``: only if nearly all of the list are names.

    What follows a name after a comma or dash is dropped where it is no name (role, institution).
    """
    text = re.sub(r"\s[–—-]\s", ", ", text)
    parts = [part for part in _SPLIT.split(text) if part and part.strip(" .,")]
    found: list[str] = []
    for part in parts:
        name = bare_name(part)
        if is_person(name, common):
            found.append(name)
    if (
        strict
        and parts
        and len(found)
        < 0.75
        * len(
            [
                part
                for part in parts
                if not re.fullmatch(r"[\d\W]+", part) and part.replace(".", "").lower() not in words().post_nominals
            ]
        )
    ):
        return []
    return list(dict.fromkeys(found))
