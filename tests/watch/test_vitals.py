"""What the live run tells of a job."""

from __future__ import annotations

from streamlings.vitals import Vitals


def test_late_drops_are_counted_on_after_a_kill() -> None:
    vitals = Vitals()
    for counted in (0, 20, 50, 0, 10, 30):  # Flink's counters begin at 0 after a restart
        vitals.count_dropped(counted)
    assert vitals.dropped == 80
