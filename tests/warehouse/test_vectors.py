"""What would break: a text would lie where another's vector belongs."""

from __future__ import annotations

import os
import random
from pathlib import Path

import numpy as np
import pytest

from warehouse import vectors
from warehouse.vectors import _copy


def on_disk(path: Path, rows: int) -> np.memmap:  # type: ignore[type-arg]
    return np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(rows, 3))


@pytest.mark.parametrize("long_stretch", [0, vectors.LONG_STRETCH])
@pytest.mark.parametrize("refused", [False, True])
def test_rows_are_taken_over_as_they_were_whichever_way_they_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long_stretch: int, refused: bool
) -> None:
    monkeypatch.setattr(vectors, "LONG_STRETCH", long_stretch)
    monkeypatch.setattr(vectors, "COPIED_AT_ONCE", 7)
    copied: list[int] = []
    real = os.copy_file_range

    def counted(source: int, target: int, count: int, *at: int) -> int:
        if refused:
            raise OSError("not here")
        copied.append(count)
        return real(source, target, min(count, 50), *at)  # the kernel may copy less than it was asked to

    monkeypatch.setattr(os, "copy_file_range", counted)
    dice = random.Random(4)
    for turn in range(20):
        held = on_disk(tmp_path / f"held{turn}.npy", 40)
        held[:] = np.random.default_rng(turn).standard_normal(held.shape)
        before = sorted(dice.sample(range(40), dice.randrange(40)))
        for _ in range(dice.randrange(6)):
            before.insert(dice.randrange(len(before) + 1), 40 + dice.randrange(9))
        if turn % 4 == 3:
            dice.shuffle(before)
        if not before:
            continue
        numbers = np.array(before, dtype=np.int64)
        matrix = on_disk(tmp_path / f"matrix{turn}.npy", len(before))
        _copy(np.load(tmp_path / f"held{turn}.npy", mmap_mode="r"), matrix, numbers)
        expected = np.where((numbers < 40)[:, None], held[np.minimum(numbers, 39)], 0)
        assert np.array_equal(np.load(tmp_path / f"matrix{turn}.npy"), expected) and np.array_equal(matrix, expected)
    assert bool(copied) == (long_stretch == 0 and not refused)
