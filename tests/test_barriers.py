"""Barriers, on a stage whose program and job are pretended: when they hold on, when they give up, and whom they blame."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streamlings.checks import Check
from streamlings.errors import LabError
from streamlings.servers.state import LabState
from streamlings.shop import ms
from streamlings.stage import faults, topic
from streamlings.stage.job import ENDED
from streamlings.stage.patience import Patience, Rest
from streamlings.stage.stage import Stage
from streamlings.stage.stuck import Stuck
from streamlings.stage.topic import StageTopic
from streamlings.worker.program import Output

RUNS = Check("it_runs", "It runs", lambda _: None)


@pytest.fixture(autouse=True)
def _no_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that this process has started for other tests may lie as a kill in it has left it."""
    monkeypatch.setenv("STREAMLINGS_STATE", str(tmp_path / "state"))


def make_job(state: str = "RUNNING", task: str = "RUNNING", **more: Any) -> Any:
    vertex = {"id": "v", "name": "Window", "status": task, "parallelism": 1}
    job = SimpleNamespace(id="j", state=state, running=(state, task) == ("RUNNING", "RUNNING"), vertices=[vertex], sources=set())
    job.ended = state in ENDED
    job.watermark = job.checkpoint_interval = lambda: None
    job.restarts = lambda: 0
    job.taskmanagers = set
    job.failed_at_work = lambda: state == "FAILED"
    job.consumed = job.partition_watermarks = job.watermarks = dict
    job.late_records_dropped = job.rows_written = lambda: 0
    job.refresh = lambda: job
    job.rest = SimpleNamespace(root_exception=lambda _: "A: failed\nCaused by: E: no such column")
    return SimpleNamespace(**vars(job) | more)


def make_stage(folder: Path, *jobs: Any, exit_code: int | None = None, printed: bytes = b"", slots: int = 8) -> Stage:
    """A stage on which the program has submitted these jobs."""
    program: Any = SimpleNamespace(exit_code=exit_code, output=Output(), cpu_s=lambda: 0.0, cold_s=0)
    program.output.add(printed)
    stage = Stage(LabState(), prefix="", seed=7, topics={}, needs=set(), folder=folder, start=lambda _: program)
    stage.uses_flink, stage.jobs = True, list(jobs)
    stage.__dict__["rest"] = SimpleNamespace(jobs=list, slots=lambda: slots)
    return stage


def gives_up(stage: Stage, **settings: Any) -> Stuck:
    with pytest.raises(Stuck) as caught:
        stage.until(lambda: False, "a row", proves=RUNS, **settings)
    assert stage.proved == []
    assert (caught.value.awaited, caught.value.proves) == ("a row", RUNS)
    return caught.value


def test_a_topic_that_is_flooded_is_not_read_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that sends the same again and again may be quicker than whoever reads it."""
    monkeypatch.setattr(topic, "MANY_RECORDS", 100)
    monkeypatch.setattr(topic, "READ_AT_ONCE", 30)
    stage = make_stage(tmp_path, make_job())
    endless: Any = StageTopic(stage, "orders", "orders", 1)
    message = SimpleNamespace(error=lambda: None, timestamp=lambda: (0, 0), partition=lambda: 0, offset=lambda: 0, key=bytes, value=bytes)
    endless._tap = SimpleNamespace(poll=lambda _: SimpleNamespace(**vars(message), headers=list))
    stage.topics = {"orders": endless}
    assert len(endless.poll()) == 30
    while endless.poll():
        assert len(endless.seen) <= 120
    assert gives_up(stage).diagnosis == ["more than 50,000 records came to orders, and others go on coming"]
    endless.collect()
    assert len(endless.committed) == 120


def test_what_is_reached_proves_its_check(tmp_path: Path) -> None:
    answers = iter([False, False, True])
    stage = make_stage(tmp_path, make_job())
    stage.until(lambda: next(answers), "a row", proves=RUNS)
    assert stage.proved == [RUNS]


def test_it_gives_up_when_nothing_moves_long_before_its_deadline(tmp_path: Path) -> None:
    stuck = gives_up(make_stage(tmp_path, make_job()), patience=2, deadline_s=60)
    assert stuck.diagnosis[0].startswith("no watermark has reached its operators")


def test_a_watermark_that_stands_still_is_told_with_the_partition_that_holds_it_back(tmp_path: Path) -> None:
    levels: dict[str, int | None] = {"orders-0": ms("12:05"), "orders-1": ms("12:01:10"), "orders-2": ms("12:04")}
    job = make_job(watermark=lambda: ms("12:01:10"), partition_watermarks=lambda: levels)
    stuck = gives_up(make_stage(tmp_path, job), patience=2, deadline_s=60, hint="when does a window end?")
    assert stuck.diagnosis[0].startswith("the watermark stands at 12:01:10")
    assert stuck.diagnosis[1] == "partition orders-1 holds it back: its own watermark is 12:01:10"
    assert stuck.hint == "a watermark is the lowest of all partitions': what does orders-1 send?"
    levels["orders-1"] = None
    assert "orders-1 holds it back: it has none of its own" in gives_up(make_stage(tmp_path, job), patience=2, deadline_s=60).diagnosis[1]


def test_partitions_that_are_level_hold_nothing_back(tmp_path: Path) -> None:
    levels = dict.fromkeys(["orders-0", "orders-1"], ms("12:01:10"))
    job = make_job(watermark=lambda: ms("12:01:10"), partition_watermarks=lambda: levels)
    stuck = gives_up(make_stage(tmp_path, job), patience=2, deadline_s=60, hint="when does a window end?")
    assert (len(stuck.diagnosis), stuck.hint) == (1, "when does a window end?")


def test_a_source_that_reads_nothing_is_waited_for_longer_on_a_crowded_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    for load in (0.0, 3.0):
        monkeypatch.setattr("streamlings.wait.os.getloadavg", lambda load=load: (load * (os.cpu_count() or 1), 0, 0))
        asked: list[int] = []
        job = make_job(consumed=lambda asked=asked: asked.append(1) or {})
        stage = make_stage(tmp_path, job)
        stage.__dict__["unread"] = lambda _: ["it has read 0 of 1 events of orders-0"]
        assert gives_up(stage, patience=2, deadline_s=60).diagnosis == ["it has read 0 of 1 events of orders-0"]
        looks.append(len(asked))
    assert looks == [9, 25]


def test_a_program_that_ends_while_its_job_is_looked_for_has_submitted_it(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    looked: list[int] = []

    def refresh() -> list[Any]:
        """Before the second look the job is there, and the program ends after the first."""
        assert stage.program is not None
        stage.program.exit_code = 0
        looked.append(1)
        stage.jobs = [make_job("CREATED")] if len(looked) > 1 else []
        return list(stage.jobs) if len(looked) > 1 else []

    stage.__dict__["refresh"] = refresh
    stage.until(lambda: len(looked) > 3, "a row", deadline_s=30)
    assert len(looked) > 3


def test_looks_at_old_metrics_do_not_use_up_patience(tmp_path: Path) -> None:
    """A TaskManager that stands still for a moment shows what it showed before."""
    looked: list[int] = []
    stage = make_stage(tmp_path, make_job(consumed=lambda: looked.append(1) or {}))
    held = 12

    def cpu_ns(_: str) -> int:
        return max(0, len(looked) - held)

    stage.jobs[0].taskmanagers = lambda: {"tm-1"}
    stage.__dict__["rest"] = SimpleNamespace(**vars(stage.rest) | {"cpu_ns": cpu_ns})
    gives_up(stage, patience=2, deadline_s=60)
    assert len(looked) > held


def test_what_a_job_wrote_that_ended_at_once_is_read_before_it_is_judged(tmp_path: Path) -> None:
    stage = make_stage(tmp_path, make_job("FINISHED"), exit_code=0)
    rows: list[str] = []
    stage.__dict__["read_what_lies_there"] = lambda: rows.append("a row")
    stage.until(lambda: rows, "a row", proves=RUNS)
    assert stage.proved == [RUNS]


def test_rows_are_due_that_tasks_have_written_since_they_were_started_last(tmp_path: Path) -> None:
    job = make_job(rows_written=lambda: 5)
    stage = make_stage(tmp_path, job)
    stage.topics = {"totals": SimpleNamespace(seen=[None] * 5, sent=[])}  # type: ignore[dict-item]
    stage.__dict__["read_what_lies_there"] = lambda: None
    assert stage.rows_due() == 0
    stage.count_anew()
    assert stage.rows_due() == 5, "what was seen before is not what they have written"


def test_a_job_that_has_run_has_run_although_it_failed(tmp_path: Path) -> None:
    for has_run, gets_there in ((True, True), (False, False)):
        stage = make_stage(tmp_path, make_job("FAILED", "FAILED", has_run=lambda has_run=has_run: has_run), exit_code=0)
        if gets_there:
            stage.until_running(proves=RUNS)
        else:
            with pytest.raises(Stuck):
                stage.until_running(proves=RUNS)


def test_a_program_that_prints_has_not_stopped(tmp_path: Path) -> None:
    stage = make_stage(tmp_path, make_job())
    looked: list[int] = []

    def reached() -> bool:
        assert stage.program is not None
        stage.program.output.add(b"x")
        looked.append(1)
        return len(looked) > 30

    stage.until(reached, "a row", patience=1, deadline_s=30)


@pytest.mark.parametrize(
    ("job", "says"),
    [
        (make_job("FAILED"), "the Flink job is FAILED: E: no such column"),
        (make_job("FINISHED"), "the Flink job finished: it treats the topic as if it had an end"),
        (make_job("CANCELED"), "the Flink job was cancelled"),
    ],
)
def test_a_job_that_has_ended_is_given_up_at_once(tmp_path: Path, job: Any, says: str) -> None:
    assert gives_up(make_stage(tmp_path, job, exit_code=0), deadline_s=60).diagnosis[0] == says


def test_beside_a_job_that_goes_on_another_may_have_an_end(tmp_path: Path) -> None:
    live, nightly = make_job(consumed=lambda: {("orders", 0): 7}), make_job("FINISHED")
    stage = make_stage(tmp_path, nightly, live)
    stage.__dict__["unread"] = lambda job: [] if job is live else ["the job has read none"]
    stuck = gives_up(stage, patience=2, deadline_s=60, hint="what is it waiting for?")
    assert stuck.diagnosis[0].startswith("no watermark has reached its operators"), "that of the job that goes on"
    both = gives_up(make_stage(tmp_path, nightly, make_job("FINISHED"), exit_code=0), deadline_s=60)
    assert both.diagnosis == ["the Flink job finished: it treats the topic as if it had an end"], "said once"


def test_when_all_jobs_have_finished_the_program_may_submit_another(tmp_path: Path) -> None:
    stage = make_stage(tmp_path, make_job("FINISHED"))
    looked: list[int] = []

    def reached() -> bool:
        looked.append(1)
        return len(looked) > 20

    stage.until(reached, "a row", patience=1, deadline_s=30)


def test_rows_that_are_gathered_are_told_from_windows_over_the_clocks_time(tmp_path: Path) -> None:
    vertex = {"id": "v", "name": "MiniBatchAssigner(interval=[3600000ms])", "status": "RUNNING", "parallelism": 1}
    for vertices, says in (([vertex], "gathers it in a bundle"), (make_job().vertices, "the clock's time")):
        job = make_job(vertices=vertices, watermark=lambda: ms("12:00", day=2000))
        stage = make_stage(tmp_path, job)
        stage.topics["orders"] = SimpleNamespace(sent=[{"timestamp": ms("12:00")}], ends={}, name="orders", full_name="orders")  # type: ignore[assignment]
        assert says in gives_up(stage, patience=2, deadline_s=60).diagnosis[0]


def test_a_program_that_fails_before_it_submits_a_job(tmp_path: Path) -> None:
    stuck = gives_up(make_stage(tmp_path, exit_code=1, printed=b"Traceback\nValueError: a bad day\n"), deadline_s=60)
    assert stuck.diagnosis[0] == "your program ended with an error: ValueError: a bad day"


def test_a_program_that_ends_without_a_job(tmp_path: Path) -> None:
    assert gives_up(make_stage(tmp_path, exit_code=0), deadline_s=60).diagnosis == ["your program ended, and no Flink job was submitted"]


def test_a_flink_without_slots_is_not_the_learners_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlings.stage.stage.wait.until", lambda observe, **_: observe())
    with pytest.raises(LabError, match="Flink lost its TaskManager"):
        make_stage(tmp_path, make_job("FAILED"), slots=0).until(lambda: False, "a row", deadline_s=60)


def test_rows_of_before_a_kill_are_read_before_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row may lie in its topic that no barrier has read yet."""
    happened: list[str] = []
    job = make_job(taskmanagers=lambda: {"tm-1"})
    stage = make_stage(tmp_path, job)

    @contextmanager
    def standing_still(_: object) -> Iterator[None]:
        happened.append("JobManager stops")
        yield
        happened.append("JobManager goes on")

    pretended: dict[str, Any] = {
        "rest": SimpleNamespace(taskmanagers=lambda: ["tm-1", "tm-2"], until_gone=lambda _: None),
        "refresh": lambda: [job],
        "account": SimpleNamespace(compare=lambda: None),
        "newer_metrics": lambda _: lambda: True,
        "read_what_lies_there": lambda: happened.append("read"),
        "timeline_": SimpleNamespace(step=lambda: None, note=lambda kind, _: happened.append(kind)),
    }
    vars(stage).update(pretended)
    monkeypatch.setattr(faults.state, "read", lambda: SimpleNamespace(processes={"jobmanager": None, "tm-1": None}))
    monkeypatch.setattr(faults.process, "standing_still", standing_still)
    monkeypatch.setattr(faults.cluster, "kill_taskmanagers", lambda _: happened.append("dies"))
    stage.kill_taskmanager(after=lambda: happened.append("orders"))
    assert happened[:6] == ["JobManager stops", "orders", "dies", "read", "JobManager goes on", "kill"]


@pytest.mark.parametrize(
    "said", ["Heartbeat of TaskManager with id tm-4 timed out.", "TaskManager with id tm-4(host:1) is no longer reachable."]
)
def test_a_taskmanager_that_is_lost_without_a_kill_is_not_the_learners_fault(tmp_path: Path, said: str) -> None:
    job = make_job("FAILED", rest=SimpleNamespace(root_exception=lambda _: f"A: failed\nCaused by: T: {said}"))
    with pytest.raises(LabError, match="Flink heard nothing of tm-4 for too long"):
        make_stage(tmp_path, job).until(lambda: False, "a row", deadline_s=60)
    killed = make_stage(tmp_path, job)
    killed.killed = ["tm-4"]
    assert said in gives_up(killed, deadline_s=60).diagnosis[0], "the scenario killed it: how the job bears that is what is judged"


def test_a_job_whose_tasks_are_still_starting_is_not_the_learners_fault(tmp_path: Path) -> None:
    for state in ("INITIALIZING", "SCHEDULED"):
        with pytest.raises(LabError, match="have not started in time"):
            make_stage(tmp_path, make_job(task=state)).until(lambda: False, "a row", deadline_s=0.1, start_s=0.3)
    asks_for_99 = make_job(task="SCHEDULED")
    asks_for_99.vertices[0]["parallelism"] = 99
    waits = gives_up(make_stage(tmp_path, asks_for_99), deadline_s=60, start_s=60)  # at once: no slot will come
    assert waits.diagnosis == ["the Flink job waits: a step of it has 99 tasks, and Flink has 8 slots"]
    no_steps_yet = make_job("INITIALIZING")
    no_steps_yet.vertices.clear()
    assert gives_up(make_stage(tmp_path, no_steps_yet), deadline_s=0.1, start_s=0.3).diagnosis, "Flink has not read its graph"
    crashes = make_job("RUNNING", "INITIALIZING", restarts=lambda: 3)
    assert gives_up(make_stage(tmp_path, crashes), deadline_s=0.1, start_s=0.3).diagnosis, "one that is restarted again and again is"


def test_newer_metrics_are_those_of_tasks_that_have_just_started(tmp_path: Path) -> None:
    """Where nothing ran when it was asked last, that said for a second that there is nobody whose metrics to wait for."""
    stage = make_stage(tmp_path, starting := make_job(task="DEPLOYING"))
    assert stage.newer_metrics(1)(), "there are none to wait for"
    starting.running, starting.taskmanagers = True, lambda: {"tm-1"}
    stage.__dict__["rest"] = SimpleNamespace(cpu_ns=lambda _: cpu_ns)
    cpu_ns = 10_000_000
    have_come = stage.newer_metrics(1)
    assert not have_come()
    cpu_ns = 20_000_000
    assert have_come()


# --- patience with a program that has yet to do something


class Clock:
    """A program's processor time as a share of the clock's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = self.used = 0.0
        monkeypatch.setattr("streamlings.stage.patience.time.monotonic", lambda: self.now)

    def until_exhausted(self, share: float, *, limit_s: float = 15, cold_s: float = 0) -> float:
        """How long it is waited for, in seconds by the clock, when it gets that share of a processor."""
        program: Any = SimpleNamespace(cpu_s=lambda: self.used, cold_s=cold_s)
        patience = Patience(program, limit_s)
        while not patience.exhausted():
            self.now += 1
            self.used += share
        return self.now


@pytest.mark.parametrize(
    ("share", "waits_s"),
    [
        (0.0, 15),  # it waits for something that does not come
        (1.0, 16),  # it works, and gets nowhere
        (0.5, 31),  # it works on a busy machine: it has as much of a processor as one on a quiet machine
        (0.05, 61),  # the machine gives it next to nothing, but it is not idle
    ],
)
def test_a_program_is_waited_for_by_its_processor_time(monkeypatch: pytest.MonkeyPatch, share: float, waits_s: float) -> None:
    monkeypatch.setattr("streamlings.wait.crowding", lambda: 1.0)
    assert Clock(monkeypatch).until_exhausted(share) == waits_s


def test_one_that_starts_cold_may_work_longer_but_not_wait_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlings.wait.crowding", lambda: 1.0)
    assert [Clock(monkeypatch).until_exhausted(share, cold_s=30) for share in (0.0, 1.0)] == [15, 46]


def test_on_a_crowded_machine_a_program_that_is_given_next_to_nothing_is_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlings.wait.crowding", lambda: 3.0)
    assert Clock(monkeypatch).until_exhausted(0.05) == 181


@pytest.mark.parametrize(("shares", "waits_s"), [([0.0], 1), ([0.9, 0.9, 0.01], 3)], ids=["waits", "still submits"])
def test_a_program_that_goes_on_is_at_rest_when_it_gets_next_to_no_processor_time(
    monkeypatch: pytest.MonkeyPatch, shares: list[float], waits_s: float
) -> None:
    now, cpu = 0.0, 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    monkeypatch.setattr("streamlings.wait.crowding", lambda: 1.0)
    rest = Rest(SimpleNamespace(cpu_s=lambda: cpu))  # type: ignore[arg-type]
    while not rest.reached():
        cpu += shares[min(int(now), len(shares) - 1)] / 4
        now += 0.25
    assert now == waits_s


def test_a_job_that_somebody_submits_by_hand_is_nobodys(tmp_path: Path) -> None:
    """Of three new jobs one is of this check, one of another, and one says nothing, for its program has replaced what says so. One that is
    still being made says nothing, either, whosever it is: that is waited for."""
    whose = {"mine": "hello_1_", "hand": "by-hand", "none": ""}
    states = iter(["INITIALIZING", "INITIALIZING"])
    stage = make_stage(tmp_path)
    stage.prefix = "hello_1_"
    stage.__dict__["rest"] = SimpleNamespace(
        jobs=lambda: [{"jid": jid, "name": jid, "state": next(states, "RUNNING")} for jid in whose],
        job=lambda jid: {"name": jid, "state": "RUNNING", "vertices": []},
        ask=lambda path: {"execution-config": {"user-config": {} if next(states, "") else {"streamlings": whose[path.split("/")[2]]}}},
    )
    assert [job.id for job in stage.refresh()] == ["mine", "none"]


@pytest.mark.parametrize("task", ["INITIALIZING", "SCHEDULED"])
def test_of_jobs_without_end_some_start_at_any_moment(tmp_path: Path, task: str) -> None:
    """The program submits them: its last one has had no time to start, and that is nobody's fault but its own."""
    stage = make_stage(tmp_path, make_job(), make_job(task=task))
    stage.submitted = 21
    assert gives_up(stage).diagnosis == ["your program has submitted 21 jobs, and goes on"]
