"""Why a barrier was not reached: looked up from what can be observed, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from streamlings.shop import clock
from streamlings.stage.shapes.closing import holds_back
from streamlings.stage.story import duration
from streamlings.stage.topic import MANY_RECORDS

if TYPE_CHECKING:
    from streamlings.checks import Check
    from streamlings.stage.job import FlinkJob
    from streamlings.stage.waiting import Waiting


MANY_JOBS = 20
"""More than any task asks for: the program submits jobs in a loop."""
NAMES_AN_ERROR = re.compile(r"(?:Caused by: )?[\w.$]+(?:Error|Exception)\b")
"""How the line of an error begins that says which; a message may have more lines."""


class Stuck(Exception):
    """The scenario cannot go on: what it waited for did not come."""

    def __init__(self, awaited: str, diagnosis: list[str], hint: str, proves: Check | None) -> None:
        super().__init__(awaited)
        self.awaited, self.diagnosis, self.hint, self.proves = awaited, diagnosis, hint, proves


def diagnose(stage: Waiting, awaited: str) -> tuple[list[str], str]:
    """Lines that say what is the matter, and a hint where one follows from them."""
    program, jobs = stage.program, stage.jobs
    if program is not None and program.output.flooded:
        return ["your program printed more than 10 MB and was stopped"], "print less: a line per event is too much for a stream"
    if flooded := next((topic for topic in stage.outputs() if topic.flooded), None):
        return [f"more than {MANY_RECORDS:,} records came to {flooded.name}, and others go on coming"], "what writes again and again?"
    # A job that failed at work is told first: whether the program that waits for it knows by now is luck.
    if program is not None and program.exit_code not in (None, 0) and not any(j.state == "RUNNING" or j.failed_at_work() for j in jobs):
        how = "it ended without a word: os._exit, a crash, or a kill" if program.exit_code == -1 else f"exit code {program.exit_code}"
        lines = stage.last_output(12) or [how]
        message = next((line for line in reversed(lines) if NAMES_AN_ERROR.match(line)), lines[-1])
        return [f"your program ended with an error: {message}", *(line for line in lines if line is not message)], ""
    if stage.uses_flink and not jobs:
        if program is not None and program.exit_code == 0:
            return [
                "your program ended, and no Flink job was submitted"
            ], "a query that is only defined does not run: is there an INSERT, and is it executed?"
        return ["your program still runs, and no Flink job was submitted"], "what is it waiting for before it submits its job?"
    if stage.submitted > MANY_JOBS:
        return [f"your program has submitted {stage.submitted} jobs, and goes on"], "one query is one job: what submits it again?"
    if not stage.uses_flink:
        ended = program is not None and program.exit_code is not None
        return ["your program ended before this" if ended else "your program was still running, without doing this"], ""
    lines, hint = [], ""
    for job in [job for job in jobs if job.state != "FINISHED"] or jobs:  # beside a job that goes on, one may well have an end
        more, its_hint = _diagnose_job(stage, job, awaited)
        lines += [line for line in more if line not in lines]
        hint = hint or its_hint
    return lines, hint


def _diagnose_job(stage: Waiting, job: FlinkJob, awaited: str) -> tuple[list[str], str]:
    if job.state in ("FAILED", "FAILING", "RESTARTING") or (job.restarts() > 1 and not job.running):
        cause = root_cause(job.rest.root_exception(job.id))
        again = f", restarted {'once' if job.restarts() == 1 else f'{job.restarts()} times'}" if job.restarts() else ""
        hint = "what is the job told to do when one of its tasks fails?" if stage.killed else ""
        return [f"the Flink job is {job.state}{again}: {cause}"], hint
    if job.state == "FINISHED":
        return [
            "the Flink job finished: it treats the topic as if it had an end"
        ], "a stream stays open: which setting gives your source an end?"
    if job.state == "CANCELED":
        return ["the Flink job was cancelled"], ""
    if not job.running:
        if waits := too_few_slots(job, stage.rest.slots()):
            return [f"the Flink job waits: {waits}"], "who says how many tasks there are?"
        return [f"the Flink job is {job.state}, and not all of its tasks run yet"], ""
    if "checkpoint" in awaited:
        interval_ms = job.checkpoint_interval()
        if interval_ms:
            line = f"the job takes a checkpoint every {interval_ms / 1000:g} s, and none has completed since"  # the first may have come
            return [line], "it asks for checkpoints; but how long would you wait for the first one?"
        line = "the job takes no checkpoints: checkpointing is not enabled for this job"
        return [line], "Flink takes checkpoints only when the job asks for them: how often should it?"
    behind = stage.unread(job)
    if behind:
        return [", ".join(behind)], "where does your source begin to read?"
    if all(v["id"] in job.sources for v in job.vertices):
        return _without_event_time(stage, job)
    watermark = job.watermark()
    if watermark is None and not any("timestamp" in v["name"].lower() or "Window" in v["name"] for v in job.vertices):
        return _without_event_time(stage, job)
    if watermark is None:
        return _without_watermark(stage, job)
    return _with_watermark(stage, job, watermark)


def _without_event_time(stage: Waiting, job: FlinkJob) -> tuple[list[str], str]:
    wrote = [f"{count(len(t.seen), 'row')} to {t.name}" for t in stage.outputs()]
    line = "the Flink job has read everything that was sent, and wrote " + (" and ".join(wrote) or "nothing")
    if any("Collect table sink" in v["name"] for v in job.vertices):
        chain = "its operators: " + ", then ".join(re.sub(r"\[\d+\]", "", v["name"]) for v in job.vertices)
        return [line, chain], "the result goes back to your program, which prints it. Which statement sends it to a topic?"
    if not any(t.seen for t in stage.outputs()) and (written := job.rows_written()):
        line = f"the Flink job has read everything that was sent, and wrote {count(written, 'row')} in transactions that are not committed"
        return [line], "a transaction is committed when a checkpoint is complete: does this job take any?"
    if not any(t.seen for t in stage.outputs()):
        return [line], "no row passes. Compare what your query asks for with what the events say, letter by letter"
    return [line], ""


def count(number: int, noun: str) -> str:
    """ "nothing", "1 row", "2 rows"."""
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else "nothing"


def _without_watermark(stage: Waiting, job: FlinkJob) -> tuple[list[str], str]:
    lines = ["no watermark has reached its operators: as far as Flink knows, no event time has passed"]
    partitions = job.partition_watermarks()
    silent = [stage.short(name) for name, w in partitions.items() if w is None]
    if silent and len(silent) < len(partitions):
        lines.append("partitions that sent nothing and are not marked idle: " + ", ".join(silent))
    return lines, "does the table declare a WATERMARK on the event's own time, and does every partition send?"


def _with_watermark(stage: Waiting, job: FlinkJob, watermark: int) -> tuple[list[str], str]:
    newest = max((int(r["timestamp"]) for t in stage.topics.values() for r in t.sent if "timestamp" in r), default=watermark)
    if newest - watermark < -86_400_000 and any("MiniBatchAssigner" in v["name"] for v in job.vertices):
        line = "the Flink job has read everything that was sent, and gathers it in a bundle (mini-batch) before it answers"
        return [line], "how long may it gather rows, and who waits meanwhile?"
    if newest - watermark < -86_400_000:
        line = f"the watermark stands at {clock(watermark)}: the clock's time, not that of the events (the newest is from {clock(newest)})"
        return [line], "which time do your windows go by: when an event happened, or when it arrived?"
    line = f"the watermark stands at {clock(watermark)}, {duration(newest - watermark)} behind the newest event ({clock(newest)})"
    partitions = {stage.short(name): w for name, w in job.partition_watermarks().items()}
    if slowest := holds_back(partitions):
        at = partitions[slowest]
        own = "it has none of its own" if at is None else f"its own watermark is {clock(at)}"
        hint = f"a watermark is the lowest of all partitions': what does {slowest} send?"
        return [line, f"partition {slowest} holds it back: {own}"], hint
    return [line], ""


def too_few_slots(job: FlinkJob, slots: int) -> str:
    """Why a job that has not started never will, where a step of it has more tasks than Flink has `slots`; "" elsewhere, and where it has
    none at all: then it is about to have some again."""
    most = max((v["parallelism"] for v in job.vertices), default=0)
    return f"a step of it has {most} tasks, and Flink has {slots} slots" if 0 < slots < most else ""


def root_cause(stacktrace: str) -> str:
    """The innermost "Caused by" of a Java stack trace, or its first line; where a Python function has failed, what Python said last."""
    lines = [line for line in stacktrace.splitlines() if line and not line.startswith(("\tat ", "\t..."))]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    chosen = causes[-1] if causes else (lines[0] if lines else "no exception is recorded")
    if chosen.rstrip().endswith("Traceback (most recent call last):"):
        chosen = next((line for line in reversed(lines) if NAMES_AN_ERROR.match(line) and not line.startswith("Caused by")), chosen)
    return chosen if len(chosen) < 400 else chosen[:397] + "..."
