"""The language a text is written in, found offline from its letters (py3langid: 97 languages, 80 MB of memory)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

ENOUGH_CHARS = 60
"""Below this the classifier guesses wildly and a declared language, if any, is the better answer."""
_SAMPLE_CHARS = 1800
_ENGLISH = frozenset(("the", "of", "and", "to", "for", "that", "with", "were", "from", "which", "this", "by", "are"))
ENGLISH_SHARE = 0.12
"""Share of words that only English text reaches with these thirteen (reports in English: 0.2 to 0.35; Dutch, the nearest, below 0.05): the
classifier, a second and 80 MB to load, is asked where it may matter."""


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
    if sum(map(_ENGLISH.__contains__, words)) > ENGLISH_SHARE * len(words) and len(sample.encode("ascii", "ignore")) > 0.95 * len(sample):
        return "en"
    language, probability = _identifier().classify(sample)
    if float(probability) < 0.7:
        return known
    return str(language)
