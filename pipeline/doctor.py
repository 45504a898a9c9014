"""What this machine lacks: each check names what it looked at, whether it is needed, and what to do where it is missing."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evidence.base import Base
from evidence.errors import IntegrandError
from evidence.settings import settings

LIBRARIES = (
    "pydantic", "warcio", "pyarrow", "onnxruntime", "tokenizers", "scrapy", "pypdfium2", "trafilatura", "lxml", "docx", "pptx", "rispy",
    "bibtexparser", "scipy", "pycountry", "duckdb", "tantivy", "typer", "rich", "pebble",
)
FREE_BYTES = 2 * 2**30
DUCKDB = "1.5.5"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: ``state`` is ok, missing (work cannot be done without it) or optional (something works less well)."""

    what: str
    state: str
    detail: str
    advice: str = ""


def examine(root: Path) -> list[Check]:
    """Every check of this machine and of the base at ``root``."""
    return [one for examination in EXAMINATIONS for one in examination(root)]


def _python(_: Path) -> list[Check]:
    good = sys.version_info >= (3, 11)
    return [Check("Python", "ok" if good else "missing", sys.version.split()[0], "" if good else "install Python 3.11 or newer")]


def _libraries(_: Path) -> list[Check]:
    lacking = []
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except Exception as error:
            lacking.append(Check(f"library {name}", "missing", str(error), "run `make setup`"))
    found = importlib.metadata.version("duckdb")
    if found != DUCKDB:
        lacking.append(Check("library duckdb", "missing", f"is {found}", f"install duckdb=={DUCKDB}: its extensions exist for that version only"))
    return lacking or [Check("libraries", "ok", f"{len(LIBRARIES)} import")]


def _language_models(_: Path) -> list[Check]:
    from language.encoder import Encoder, QuantisedEncoder

    if not settings().semantic:
        return [Check("sentence encoder", "optional", "switched off by INTEGRAND_SEMANTIC", "unset it for semantic search")]
    try:
        size = min(encoder.encode(["joined-up care"]).shape[1] for encoder in (Encoder(), QuantisedEncoder()))
    except (IntegrandError, OSError, ImportError) as error:
        return [Check("sentence encoder", "missing", str(error), "run `make setup`, or set INTEGRAND_SEMANTIC=false")]
    return [Check("sentence encoder", "ok", f"all-MiniLM-L6-v2, {size} numbers a sentence")]


def _ocr(_: Path) -> list[Check]:
    if shutil.which("tesseract"):
        return [Check("OCR", "ok", "Tesseract")]
    try:
        return [Check("OCR", "ok", f"rapidocr {importlib.metadata.version('rapidocr')}")]
    except importlib.metadata.PackageNotFoundError:
        return [Check("OCR", "optional", "no engine: scanned pages stay empty", "pip install 'integrand[ocr]', or install Tesseract")]


def _disk(root: Path) -> list[Check]:
    place = next(parent for parent in (root.absolute(), *root.absolute().parents) if parent.exists())
    free = shutil.disk_usage(place).free
    good = free > FREE_BYTES
    return [Check("disk", "ok" if good else "missing", f"{free / 2**30:.1f} GiB free at {place}", "" if good else "free some space")]


def _base(root: Path) -> list[Check]:
    base = Base(root)
    if not base.exists:
        return [Check("base", "optional", f"none at {root}", "make one with `integrand run` or `integrand demo`")]
    try:
        base.require()
        with tempfile.TemporaryFile(dir=base.root):
            return [Check("base", "ok", f"{root}, writable")]
    except IntegrandError as error:
        return [Check("base", "missing", str(error))]
    except OSError as error:
        return [Check("base", "missing", f"{root} cannot be written ({error.strerror})", "check its owner and permissions")]


def _cores(_: Path) -> list[Check]:
    return [Check("processors", "ok", f"{os.cpu_count()} here, {settings().workers} used (INTEGRAND_WORKERS)")]


EXAMINATIONS: tuple[Callable[[Path], list[Check]], ...] = (_python, _libraries, _language_models, _ocr, _disk, _cores, _base)
