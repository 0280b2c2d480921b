"""Who is not reached is tried ever less often, and spoken of once."""

from dataclasses import dataclass
from itertools import pairwise

from oracle.asking.absences import LONGEST_WAIT_S, Absences

NORTH, SOUTH = 2, 3


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_absence__goes_on__is_tried_ever_less_often_and_not_less_than_twice_a_minute() -> None:
    clock = Clock()
    absences, tried = Absences(clock), []
    for _ in range(600):
        if absences.over(NORTH):
            tried.append(clock.now - 1_000)
            absences.missed(NORTH, "peer_unreachable")
        clock.now += 1

    assert tried[:6] == [0, 1, 2, 4, 8, 16]
    assert {later - earlier for earlier, later in pairwise(tried[6:])} == {LONGEST_WAIT_S}


def test_absence__for_the_same_reason__is_news_once_until_it_has_ended() -> None:
    absences = Absences(Clock())

    assert [absences.missed(NORTH, reason) for reason in ("away", "away", "busy", "busy")] == [
        True,
        False,
        True,
        False,
    ]
    assert absences.ended(NORTH)
    assert not absences.ended(NORTH)
    assert absences.missed(NORTH, "busy")


def test_absence__of_one__holds_up_no_other() -> None:
    clock = Clock()
    absences = Absences(clock)
    absences.missed(NORTH, "away")
    clock.now += 10
    absences.missed(NORTH, "away")

    assert not absences.over(NORTH)
    assert not absences.over(SOUTH, NORTH)
    assert absences.over(SOUTH)
