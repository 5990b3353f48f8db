"""A case of an unruly day that goes wrong is shortened after the verdict, on the real job."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamlings.course import Course
from streamlings.grader import Grader


@pytest.mark.slow
def test_the_shortest_stream_is_two_orders_of_one_moment(lab_state: Path) -> None:
    """The program counts moments in place of orders: it takes two orders of a customer at the same millisecond to see that."""
    exercise = Course().find("windows/tumbling")
    program = exercise.folder / "wrong" / "counts_moments.py"
    failed = Grader(trusted=True, shorten_s=60).check(exercise, program, seed=7).failed_check
    assert failed is not None and failed.name == "unruly_day_adds_up"
    sent = [line for line in failed.shortest if line.startswith("sent") and "tick" not in line]
    assert len(sent) == 2, failed.shortest
    (expected,) = (line for line in failed.shortest if line.startswith("expected"))
    (got,) = (line for line in failed.shortest if line.startswith("got"))
    assert "2 orders" in expected and "1 orders" in got
