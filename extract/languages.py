"""The language a text is written in, found offline from its letters (py3langid: 97 languages, 80 MB of memory)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

ENOUGH_CHARS = 60
"""Below this the classifier guesses wildly and a declared language, if any, is the better answer."""
_SAMPLE_CHARS = 1800
_ENGLISH = frozenset((
    "the", "of", "and", "to", "for", "that", "with", "were", "from", "which", "this", "by", "are", "be", "have",
    "not", "it", "their", "our", "these", "been", "more", "other", "who", "how", "when", "they", "its", "should",
))
ENGLISH_SHARE = 0.06
"""Share of words that only English text reaches with these: 0.23 in English as a whole, 0.07 and more in lists and tables of English
reports; in no other language that wordfreq counts more than 0.023 (Polish). The classifier, half a second and 80 MB to load, is asked
where it may matter."""
FEWEST_ENGLISH = 5
"""Such words must be more than this: in a line or two, one of them ("for" in Danish) is a large share."""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    # Loaded on first use: a second of work that a caller who reads only records should not pay.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(text: str, declared: str | None = None) -> str | None:
    """ISO 639-1 code; samples start, middle and end, since front matter may be in two languages."""
    known = declared.split("-")[0].split("_")[0].strip().lower() if declared else None
    known = known if known and len(known) == 2 and known.isalpha() else None
    if len(text) < ENOUGH_CHARS:
        return known
    third = _SAMPLE_CHARS // 3
    middle = max(0, len(text) // 2 - third // 2)
    sample = text if len(text) <= _SAMPLE_CHARS else f"{text[:third]} {text[middle : middle + third]} {text[-third:]}"
    words = sample.lower().split()
    english = sum(map(_ENGLISH.__contains__, words)) > max(FEWEST_ENGLISH, ENGLISH_SHARE * len(words))
    if english and len(sample.encode("ascii", "ignore")) > 0.95 * len(sample):
        return "en"
    language, probability = _identifier().classify(sample)
    if float(probability) < 0.7:
        return known
    return str(language)
