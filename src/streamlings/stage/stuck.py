"""Why a barrier was not reached: looked up from what can be observed, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamlings.shop import clock

if TYPE_CHECKING:
    from streamlings.checks import Check
    from streamlings.stage.job import FlinkJob
    from streamlings.stage.stage import Stage


class Stuck(Exception):
    """The scenario cannot go on: what it waited for did not come."""

    def __init__(self, awaited: str, diagnosis: list[str], hint: str, proves: Check | None) -> None:
        super().__init__(awaited)
        self.awaited, self.diagnosis, self.hint, self.proves = awaited, diagnosis, hint, proves


def diagnose(stage: Stage, awaited: str) -> tuple[list[str], str]:
    """Lines that say what is the matter, and a hint where one follows from them."""
    program, jobs = stage.program, stage.jobs
    if program is not None and program.output.flooded:
        return ["your program printed more than 10 MB and was stopped"], "print less: a line per event is too much for a stream"
    if program is not None and program.exit_code not in (None, 0) and not any(j.state == "RUNNING" for j in jobs):
        said = stage.last_output(12)
        return [f"your program ended with an error: {said[-1][:300] if said else f'exit code {program.exit_code}'}", *said], ""
    if stage.uses_flink and not jobs:
        if program is not None and program.exit_code == 0:
            return ["your program ended, and no Flink job was submitted"], "a query that is only defined does not run: is there an INSERT, and is it executed?"
        return ["your program still runs, and no Flink job was submitted"], "what is it waiting for before it submits its job?"
    if not stage.uses_flink:
        ended = program is not None and program.exit_code is not None
        return ["your program ended before this" if ended else "your program was still running, without doing this"], ""
    lines, hint = [], ""
    for job in jobs:
        more, its_hint = _diagnose_job(stage, job, awaited)
        lines += more
        hint = hint or its_hint
    return lines, hint


def _diagnose_job(stage: Stage, job: FlinkJob, awaited: str) -> tuple[list[str], str]:
    if job.state in ("FAILED", "FAILING", "RESTARTING") or (job.restarts() > 1 and not job.running):
        cause = root_cause(job.rest.root_exception(job.id))
        again = f", restarted {job.restarts()} times" if job.restarts() else ""
        return [f"the Flink job is {job.state}{again}:", *_indented([cause])], ""
    if job.state == "FINISHED":
        return ["the Flink job finished: it treats the topic as if it had an end"], "a stream stays open: which setting gives your source an end?"
    if job.state == "CANCELED":
        return ["the Flink job was cancelled"], ""
    if not job.running:
        return [f"the Flink job is {job.state}, and not all of its tasks run yet"], ""
    if "checkpoint" in awaited:
        interval_ms = job.checkpoint_interval()
        taken = f"a checkpoint every {interval_ms / 1000:g} s, and none has completed yet" if interval_ms else "no checkpoints"
        return [f"the job runs and takes {taken}" + ("" if interval_ms else ": checkpointing is not enabled for this job")], ""
    behind = stage.unread(job)
    if behind:
        return behind, "where does your source begin to read, and does it read every topic?"
    if all(v["id"] in job.sources for v in job.vertices):
        return _without_event_time(stage, job)
    watermark = job.watermark()
    if watermark is None and not any("timestamp" in v["name"].lower() or "Window" in v["name"] for v in job.vertices):
        return _without_event_time(stage, job)
    if watermark is None:
        return _without_watermark(stage, job)
    return _with_watermark(stage, job, watermark)


def _without_event_time(stage: Stage, job: FlinkJob) -> tuple[list[str], str]:
    wrote = [f"{len(t.seen) or 'nothing'}{' rows' if t.seen else ''} to {t.name}" for t in stage.outputs()]
    line = "the Flink job has read everything that was sent, and wrote " + (" and ".join(wrote) or "nothing")
    chain = "its operators: " + ", then ".join(v["name"] for v in job.vertices)
    if "Collect table sink" in chain:
        return [line, chain], "the result goes back to your program, which prints it. Which statement sends it to a topic?"
    if not any(t.seen for t in stage.outputs()):
        return [line, chain], "no row passes. Compare what your query asks for with what the events say, letter by letter"
    return [line, chain], ""


def _without_watermark(stage: Stage, job: FlinkJob) -> tuple[list[str], str]:
    lines = ["no watermark has reached its operators: as far as Flink knows, no event time has passed"]
    partitions = job.partition_watermarks()
    silent = [stage.short(name) for name, w in partitions.items() if w is None]
    if silent and len(silent) < len(partitions):
        lines.append("partitions that sent nothing and are not marked idle: " + ", ".join(silent))
    return lines, "does the table declare a WATERMARK on the event's own time, and does every partition send?"


def _with_watermark(stage: Stage, job: FlinkJob, watermark: int) -> tuple[list[str], str]:
    newest = max((int(r["timestamp"]) for t in stage.topics.values() for r in t.sent if "timestamp" in r), default=watermark)
    lag_s = (newest - watermark) / 1000
    if lag_s < -86_400:
        line = f"its watermark stands at {clock(watermark)}: the clock's time, not that of the events (the newest is from {clock(newest)})"
        return [line], "which time do your windows go by: when an event happened, or when it arrived?"
    line = f"its watermark stands at {clock(watermark)}, {lag_s:g} s behind the newest event ({clock(newest)})"
    partitions = {stage.short(name): w or 0 for name, w in job.partition_watermarks().items()}
    if len(partitions) > 1 and min(partitions.values()) < max(partitions.values()):
        slowest = min(partitions, key=lambda name: partitions[name])
        return [line, f"partition {slowest} holds it back: its own watermark is {clock(partitions[slowest])}"], ""
    return [line], ""


def root_cause(stacktrace: str) -> str:
    """The innermost "Caused by" of a Java stack trace, or its first line."""
    lines = [line for line in stacktrace.splitlines() if line and not line.startswith(("\tat ", "\t..."))]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    chosen = causes[-1] if causes else (lines[0] if lines else "no exception is recorded")
    return chosen if len(chosen) < 400 else chosen[:397] + "..."


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]
