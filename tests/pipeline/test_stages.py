"""The stages over a base: what they read, and what they must not write down."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.archive import Archive, read_captures
from evidence.base import Base
from evidence.errors import IntegrandError
from evidence.records import Capture, Document, Tagging
from evidence.segments import read_segments
from evidence.settings import Settings
from extract.reading import EXTRACTOR_VERSION
from pipeline.stages import classifier_version, classify, extract

TEXT = b"Teams that share an office\n\nNurses and social workers of two districts moved into one office and wrote down what changed.\n"


def capture(base: Base, run: str) -> Capture:
    with Archive(base, run) as archive:
        return archive.writer("local").add_file(Capture("local", "file:///shared.txt", run, datetime.now(UTC), "fetched", role="document"), TEXT)


def documents(base: Base) -> list[Document]:
    return list(read_segments(base.documents(EXTRACTOR_VERSION), Document))


def test_a_payload_that_is_damaged_in_the_archive_is_read_when_it_comes_again(tmp_path: Path) -> None:
    base = Base(tmp_path / "base").create()
    first = capture(base, "r1")
    with open(base.root / str(first.archive_path), "r+b") as file:
        file.seek(first.archive_offset or 0)
        file.write(b"\0" * 40)
    lost = extract(base, "r1", {})
    assert lost.refused == 1 and "restore it" in lost.refusals[0][1] and not documents(base), "a lost payload was written down as unreadable"
    again = capture(base, "r2")
    assert again.digest == first.digest and len(list(read_captures(base))) == 2
    assert extract(base, "r2", {}).done == 1
    assert [document.status for document in documents(base)] == ["ok"]


def test_an_encoder_that_cannot_be_had_is_kept_as_no_documents_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = Base(tmp_path / "base").create()
    capture(base, "r1")
    assert extract(base, "r1", {}).done == 1
    (tmp_path / "taken").write_text("a file where the folder of models should be")
    monkeypatch.setenv("INTEGRAND_MODELS", str(tmp_path / "taken" / "models"))
    monkeypatch.setattr("pipeline.stages.settings", Settings)
    with pytest.raises(IntegrandError, match="INTEGRAND_MODELS"):
        classify(base, "r1")
    assert not list(read_segments(base.tags(classifier_version()), Tagging))
