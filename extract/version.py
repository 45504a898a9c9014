"""The extractor's version: changes whenever a text, its offsets or its metadata may come out differently."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

GENERATION = 2
"""Raised by hand for what the files here do not show: another version of a library (PDFium, trafilatura) that reads differently."""

ROOM = Path(__file__).parent


@lru_cache(maxsize=2)
def extractor_version(folder: Path = ROOM) -> str:
    """``<generation>-<digest>``, the digest over every source and data file of the package, so that nobody has to remember.

    A change that alters no answer (a comment) changes it too: reading once too often costs minutes, offsets that belong to
    another text cannot be mended. It is part of a path (``base/documents/<version>/``), hence letters, digits and a hyphen.
    """
    digest = hashlib.sha256()
    for path in sorted(path for suffix in ("*.py", "*.toml") for path in folder.rglob(suffix)):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{GENERATION}-{digest.hexdigest()[:12]}"
