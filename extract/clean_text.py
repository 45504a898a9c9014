"""Character-level cleaning, the same for every format, so that a quotation can be searched for and compared."""

from __future__ import annotations

import re
import unicodedata

from charset_normalizer import from_bytes

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFFFD, 0xFFFC])
_CONTROL = dict.fromkeys((*range(9), 11, *range(14, 32), *range(127, 160)), 32)
_TABLE = str.maketrans(_LIGATURES) | _INVISIBLE | _CONTROL
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """One line of text: composed characters (NFC), ligatures spelt out, invisible and control characters gone, single spaces.

    Idempotent: ``clean(clean(x)) == clean(x)``.
    """
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text.translate(_TABLE))).strip()


def clean_lines(text: str) -> str:
    """As ``clean``, but line breaks stay (tables, list blocks); empty lines go."""
    return "\n".join(filter(None, (clean(line) for line in text.splitlines())))


def decode(payload: bytes) -> str:
    """Text of unknown encoding: byte-order mark, then UTF-8, then Windows-1252 or what charset-normalizer finds likeliest.

    UTF-8 is tried first because other encodings are almost never valid UTF-8 by chance.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if payload.startswith(mark):
            return payload.decode(encoding, errors="replace")
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError as error:
        # A file cut in the middle of a character, or with one bad byte, is still UTF-8.
        if error.start > 0.99 * len(payload) or payload.decode("utf-8", errors="ignore").count("") > 0.999 * len(payload) > 1000:
            return payload.decode("utf-8", errors="replace")
    best = from_bytes(payload[:200_000]).best()
    encoding = best.encoding if best is not None else "cp1252"
    return payload.decode("cp1252" if encoding in ("ascii", "latin_1", "cp1250") else encoding, errors="replace")
