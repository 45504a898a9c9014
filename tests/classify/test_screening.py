"""Screening by active learning: answers given decide what comes next, and a replay tells what that would have saved."""

from __future__ import annotations

import pytest

from classify.screening import Replay, Screener, replay

CARE = [f"Nurses and social workers share one plan for people in district {at}, and the council and the hospital fund it." for at in range(8)]
OTHER = [f"The bridge over river {at} was painted, and lorries were sent another way while the work went on." for at in range(32)]
TEXTS = [text for four in zip(OTHER[::4], OTHER[1::4], CARE, OTHER[2::4], OTHER[3::4], strict=True) for text in four]
TRUTH = [text in CARE for text in TEXTS]


def test_what_is_like_the_accepted_comes_before_what_is_like_the_rejected() -> None:
    following = Screener(TEXTS).order({0: False, 2: True})
    assert all(TRUTH[at] for at in following[:7])
    assert not any(TRUTH[at] for at in following[7:])
    assert not {0, 2} & set(following)


def test_until_both_answers_were_given_the_order_stays() -> None:
    screener = Screener(TEXTS)
    assert screener.order({0: False}) == list(range(1, 40))
    assert set(screener.chances({})) == {0.5}


def test_a_replay_finds_all_and_saves_work_where_the_kinds_differ() -> None:
    told = replay(TEXTS, TRUTH, seed=3)
    assert (told.count, told.wanted, told.found[-1]) == (40, 8, 8)
    assert told.judged_for(1.0) <= 12
    assert told.saved(0.95) > 0.6
    assert replay(TEXTS, TRUTH, seed=3) == told


def test_work_saved_is_counted_against_chance() -> None:
    worst = Replay(10, 2, (0, 0, 0, 0, 0, 0, 0, 0, 1, 2))
    assert worst.judged_for(0.95) == 10
    assert worst.saved(0.95) == pytest.approx(-0.05)
    best = Replay(10, 2, (1, 2, 2, 2, 2, 2, 2, 2, 2, 2))
    assert best.judged_for(0.5) == 1
    assert best.saved(0.95) == pytest.approx(0.75)
