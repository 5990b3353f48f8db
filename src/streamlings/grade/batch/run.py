"""All checks of a batch, over labs in parallel. A submission costs only itself; what could not be checked is tried again on a fresh lab."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from filelock import FileLock, Timeout

from streamlings.course import Exercise
from streamlings.errors import UsageError
from streamlings.grade.batch.lab import Lab, LostCheck
from streamlings.grade.batch.store import Store
from streamlings.grade.intake import Program, Submission
from streamlings.grade.marks import Verdict
from streamlings.outcome import Result
from streamlings.paths import state_folder
from streamlings.servers.say import Say

LAB_BYTES = 2_500_000_000
"""Of memory that a lab may need, with what a check starts."""


@dataclass(frozen=True)
class Task:
    """One check."""

    submission: Submission
    exercise: Exercise
    program: Program


def tasks(submissions: list[Submission], exercises: list[Exercise]) -> list[Task]:
    """All checks there are to do, exercise by exercise, so that a lab keeps the servers that it has."""
    return [
        Task(each, exercise, each.programs[exercise])
        for exercise in exercises
        for each in submissions
        if exercise in each.programs and not each.programs[exercise].refused and each.programs[exercise].text.strip()
    ]


def labs_that_fit() -> int:
    """One a processor, as far as memory goes."""
    return max(1, min(os.cpu_count() or 1, int(psutil.virtual_memory().available // LAB_BYTES)))


@contextmanager
def only_one() -> Iterator[None]:
    """One batch at a time uses the labs of this clone. Raises UsageError where another one does."""
    state_folder().mkdir(parents=True, exist_ok=True)
    lock = FileLock(state_folder() / "grade.lock")
    try:
        lock.acquire(timeout=0.05)
    except Timeout as e:
        raise UsageError("another batch is being graded in this clone", hint="wait for it to end, or use another clone") from e
    try:
        yield
    finally:
        lock.release()


def run(todo: list[Task], store: Store, *, labs: int, isolated: bool, say: Say, done: Callable[[Task, Result], None]) -> None:
    """Check what the batch has no verdict on yet. `done` is called for each, from several threads. Ctrl-C ends the labs; verdicts stay."""
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in todo:
        waiting.put(task)
    stop = threading.Event()
    broken: list[BaseException] = []
    crew = [Lab(number, isolated=isolated, say=say) for number in range(1, min(labs, len(todo)) + 1)]
    threads = [threading.Thread(target=_work, args=(lab, waiting, store, done, stop, broken)) for lab in crew]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        stop.set()
        for lab in crew:
            lab.end()
        for thread in threads:
            thread.join()
        raise
    if broken:
        raise broken[0]


def _work(
    lab: Lab,
    waiting: queue.SimpleQueue[Task],
    store: Store,
    done: Callable[[Task, Result], None],
    stop: threading.Event,
    broken: list[BaseException],
) -> None:
    try:
        while not stop.is_set() and not broken:
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            verdict = _verdict(lab, task, store.seed, stop)
            if stop.is_set():
                return
            store.keep(task.submission, task.exercise, task.program, verdict)
            done(task, verdict[0])
    except BaseException as e:  # a fault of this program; whoever waits for the thread raises it
        broken.append(e)
    finally:
        lab.end()


def _verdict(lab: Lab, task: Task, seed: int, stop: threading.Event) -> Verdict:
    """The verdict, the second one where the first was none. What ends the process that checks twice gets none, and is told so."""
    verdict = _one(lab, task, seed)
    if verdict[0].outcome != "could_not_check" or stop.is_set():
        return verdict
    lab.end()
    return _one(lab, task, seed)


def _one(lab: Lab, task: Task, seed: int) -> Verdict:
    try:
        return lab.check(task.exercise, task.program, seed)
    except LostCheck as e:
        lab.end()
        lost = Result(task.exercise.id, "could_not_check", seed, "native", 0, [], problem=f"{e} during this check, also on a fresh lab")
        return lost, ""
