"""What a cue has been worth: learnt from many, promised where none has shown it, never learnt from the document that is rated."""

from __future__ import annotations

from math import log
from pathlib import Path

import numpy as np
import pytest

from classify.cue_worth import PROMISE, CueWorth, fit_worth, read_worth
from evidence.errors import IntegrandError

LABELS = ("trial", "story")
TELLING, COMMON, STORIED = ("trial", "were randomised"), ("trial", "participants"), ("story", "last week")


def _seen(*keys: tuple[str, str]) -> dict[tuple[str, str], tuple[int, str]]:
    return dict.fromkeys(keys, (1, "strong"))


DOCUMENTS = [_seen(TELLING, COMMON)] * 20 + [_seen(STORIED, COMMON)] * 20
CHOSEN = ["trial"] * 20 + ["story"] * 20


def test_a_cue_of_one_design_is_worth_more_than_one_of_all() -> None:
    worth, _ = fit_worth(LABELS, DOCUMENTS, CHOSEN, [1.0] * 40)
    assert worth.worth["trial"]["were randomised"] > 2
    assert abs(worth.worth["trial"]["participants"]) < 0.6


def test_a_cue_that_nobody_has_shown_is_worth_what_its_weight_promises() -> None:
    worth, _ = fit_worth(LABELS, DOCUMENTS, CHOSEN, [1.0] * 40)
    rows = worth.rows({("trial", "never seen"): (1, "weak")})
    assert rows[0, 1] == pytest.approx(log(PROMISE["weak"]))
    assert not rows[1].any()


def test_a_document_is_rated_without_its_own_share() -> None:
    alone = [_seen(("trial", "unique words")), *DOCUMENTS]
    _, rows = fit_worth(LABELS, alone, ["trial", *CHOSEN], [1.0] * 41)
    assert rows[0][0, 1] == pytest.approx(log(PROMISE["strong"]))


def test_the_worth_of_cues_is_kept_and_read_again(tmp_path: Path) -> None:
    worth, _ = fit_worth(LABELS, DOCUMENTS, CHOSEN, [1.0] * 40)
    worth.write(tmp_path / "cues.json")
    again = read_worth(tmp_path / "cues.json")
    assert isinstance(again, CueWorth)
    assert np.array_equal(again.rows(DOCUMENTS[0]), worth.rows(DOCUMENTS[0]))
    (tmp_path / "cues.json").write_text("[]")
    with pytest.raises(IntegrandError, match="no readable worth of cues"):
        read_worth(tmp_path / "cues.json")
