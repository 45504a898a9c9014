from __future__ import annotations

from pathlib import Path

import pytest

from evidence.base import Base


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return Base(tmp_path / "base").create()
