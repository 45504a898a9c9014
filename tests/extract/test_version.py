"""A changed extractor under an old version would leave documents whose offsets belong to another text."""

from __future__ import annotations

from pathlib import Path

from extract.reading import EXTRACTOR_VERSION, Hints, read
from extract.version import extractor_version


def test_every_change_of_code_or_data_is_another_version(tmp_path: Path) -> None:
    def version_with(name: str, text: str) -> str:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        extractor_version.cache_clear()
        return extractor_version(tmp_path)

    seen = [version_with("a.py", "1"), version_with("a.py", "2"), version_with("rules.toml", "x = 1"), version_with("pdf/b.py", "1"),
            version_with("pdf/c.py", "1")]
    assert len(set(seen)) == len(seen)
    assert version_with("note.md", "not read by anybody") == seen[-1]


def test_documents_carry_the_version_of_the_running_code() -> None:
    document = read(b"Two teams share one office.", Hints(name="a.txt"))
    assert document.extractor_version == EXTRACTOR_VERSION and EXTRACTOR_VERSION.replace("-", "").isalnum()
