"""Rows that no Flink job has written are noticed; a job whose counts are not known yet is not accused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from streamlings.errors import LabError
from streamlings.stage import account
from streamlings.stage.account import Account


def scene(
    *, rows: int, written: list[int], read: list[int], restarts: int = 0, killed: bool = False, anybody: bool = False, **job_is: Any
) -> Any:
    """One job that has read and written so much, by look; the last event has offset 9."""
    looks = {"written": iter(written), "read": iter(read)}
    last: dict[str, int] = {}

    def look(what: str) -> int:
        last[what] = next(looks[what], last.get(what, 0))
        return last[what]

    job = SimpleNamespace(**{"ended": False, "countable": True} | job_is, restarts=lambda: restarts, rows_written=lambda: look("written"))
    job.consumed = lambda: {("orders", 0): look("read")}
    orders = SimpleNamespace(full_name="orders", last=(0, 9))
    totals = SimpleNamespace(full_name="totals", last=None, seen=[], committed=[None] * rows, anybody_writes=anybody, length=lambda: rows)
    return SimpleNamespace(refresh=lambda: [job], outputs=lambda: [totals], topics={"orders": orders, "totals": totals}, killed=killed)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "METRICS_S", 0.05)


@pytest.mark.parametrize(
    "stage",
    [
        scene(rows=5, written=[5], read=[9]),
        scene(rows=5, written=[9], read=[9]),
        scene(rows=5, written=[0, 0, 5], read=[-1, 9]),
        scene(rows=0, written=[0], read=[9], ended=True),
        scene(rows=5, written=[0], read=[9], anybody=True),
        scene(rows=0, written=[0], read=[-1]),
    ],
    ids=["all", "more, not committed yet", "metrics come late", "it has ended, and nothing came", "others may write", "nothing came"],
)
def test_nothing_is_unexplained(stage: Any) -> None:
    rows = Account(stage)
    rows.compare(deadline_s=5)
    assert rows.failure() == []


def test_rows_that_no_sink_has_written_are_a_failure() -> None:
    rows = Account(scene(rows=5, written=[2], read=[-1, 9]))
    rows.compare(deadline_s=5)
    (failure,) = rows.failure()
    assert (failure.outcome, failure.name) == ("failed", "rows_come_from_flink")
    assert failure.actual.startswith("the sinks have written 2")


@pytest.mark.parametrize(
    ("job_is", "says"), [({"ended": True}, "no Flink job of yours runs"), ({"countable": False}, "two sinks of your job have one name")]
)
def test_rows_that_nobody_can_count_are_a_failure(job_is: dict[str, bool], says: str) -> None:
    rows = Account(scene(rows=5, written=[5], read=[9], **job_is))
    rows.compare(deadline_s=5)
    (failure,) = rows.failure()
    assert says in failure.actual


def test_what_a_job_goes_on_writing_elsewhere_accounts_for_nothing_here() -> None:
    """Twenty rows were sent past Flink; the job writes fifty more to a topic of the program's own, again and again."""
    elsewhere = iter(range(50, 1_000_000, 50))
    stage = scene(rows=20, written=list(range(0, 1_000_000, 50)), read=[9])
    rows = Account(stage, SimpleNamespace(rows=lambda: next(elsewhere)))  # type: ignore[arg-type]
    rows.compare(deadline_s=5)
    assert rows.failure()


def test_rows_that_were_counted_while_the_job_ran_may_outlive_it() -> None:
    stage = scene(rows=5, written=[5], read=[9])
    rows = Account(stage)
    rows.compare(deadline_s=5)
    stage.refresh()[0].ended = True
    rows.compare(deadline_s=5)
    assert rows.failure() == []


def test_a_job_that_was_restarted_by_itself_could_not_be_counted() -> None:
    with pytest.raises(LabError, match="restarted the job"):
        Account(scene(rows=5, written=[0], read=[9], restarts=1)).compare(deadline_s=5)


def test_without_fresh_metrics_nobody_is_accused() -> None:
    """After a TaskManager has died, Flink may have no metrics of the new one for a while."""
    with pytest.raises(LabError, match="Flink does not say"):
        Account(scene(rows=5, written=[0], read=[-1])).compare(deadline_s=0.3)


def test_after_a_kill_only_what_came_since_is_counted() -> None:
    rows = Account(scene(rows=5, written=[0], read=[9], restarts=1, killed=True))
    rows.begin_anew()
    rows.compare(deadline_s=5)
    assert rows.failure() == []


def test_rows_of_a_topic_that_the_program_has_made_count_as_written_by_its_sinks() -> None:
    """A sink that writes to a topic of the program's own must not account for rows in another."""
    elsewhere: Any = SimpleNamespace(rows=lambda: 5)
    rows = Account(scene(rows=5, written=[5], read=[9]), elsewhere)
    rows.compare(deadline_s=5)
    (failure,) = rows.failure()
    assert failure.actual.startswith("the sinks have written 5")
