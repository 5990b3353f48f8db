"""The process that checks for `watch` (`python -m streamlings.watch.checker`): started ahead of time, so that a save does not wait for it.

Requests come on stdin and answers go to stdout, a JSON object a line:

    {"prepare": ID}              what the exercise needs is brought up, with a warm worker: {"said": TEXT}...
                                 {"ready": "", or why it is not}
    {"check": ID, "seed": N}     the learner's program is checked: {"said"}... {"progress"}... {"verdict"} {"timeline"} {"shortest"}
                                 {"cleared"}

When stdin ends, nobody wants an answer any more: a check is ended as Ctrl-C ends it, its stage is cleared, and the process is gone. That is
so, too, where `watch` was killed. Once a stage is being cleared, nothing interrupts that.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from typing import Any

from streamlings import interrupts, jars, wait
from streamlings.course import Course
from streamlings.errors import StreamlingsError
from streamlings.grader import Grader
from streamlings.outcome import Result
from streamlings.report.download import Lines
from streamlings.report.timeline import parts
from streamlings.servers import backends
from streamlings.shop import clock
from streamlings.stage.story import line
from streamlings.stage.timeline import Moment, Timeline
from streamlings.worker import pool

SHORTEN_S = 10
"""How long a shorter stream that fails is looked for, after the verdict is shown."""
PROGRESS_S = 0.06
"""Progress is told no more often."""
WARM_S = 90
"""So long a warm worker is waited for ahead of a check; after that the check waits, and says what is wrong."""
MANY_MOMENTS = 5_000
"""The timeline of a check with more of them is not told: nobody reads it on a screen."""


class Answers:
    """Writes to what was stdout; whatever else prints, prints to stderr, which is a log file."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        self._lock = threading.Lock()
        os.dup2(2, 1)

    def tell(self, **answer: object) -> None:
        with self._lock:
            self._out.write(json.dumps(answer, default=str) + "\n")
            self._out.flush()

    def say(self, text: str) -> None:
        self.tell(said=text)


class DownloadLines(Lines):
    """How far a download is, said to whoever asked for it."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self._answers = answers

    def _say(self, line: str) -> None:
        self._answers.say(line)


class Progress:
    """Counts what happens during a check, and tells it several times a second."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._sent = self._rows = 0
        self._watermark = self._awaits = self._newest = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def follow(self, happened: Moment | str) -> None:
        if isinstance(happened, str):
            self._awaits = happened or self._awaits
            return
        self._sent += happened.kind == "sent"
        self._rows += happened.kind == "output"
        if happened.kind == "watermark" and happened.at is not None:
            self._watermark = clock(happened.at)
        if happened.kind in ("kill", "restored", "act"):
            self._newest = line(happened)

    def _tell(self) -> None:
        told: dict[str, object] = {}
        while not self._over.wait(PROGRESS_S):
            now = {"sent": self._sent, "rows": self._rows, "watermark": self._watermark, "awaits": self._awaits, "newest": self._newest}
            if now != told:
                self._answers.tell(progress=now)
            told = now


class Cancellable(Grader):
    """A grader that can be ended once, at any moment, except while it clears the stage."""

    clearing = False
    cancelled = False

    def end(self, *arguments: Any, **options: Any) -> list[str]:
        self.clearing = True
        try:
            changed = super().end(*arguments, **options)
        finally:
            self.clearing = False
        if self.cancelled:
            raise KeyboardInterrupt
        return changed

    def cancel(self) -> None:
        again, self.cancelled = self.cancelled, True
        if not self.clearing and not again:
            raise KeyboardInterrupt


class Checker:
    """Serves requests until stdin ends."""

    def __init__(self) -> None:
        self.answers = Answers()
        self.grader = Cancellable(say=self.answers.say, tell=self.tell, shorten_s=SHORTEN_S)
        self._requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def serve(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, interrupts.when_safe(self.grader.cancel))
        jars.new_progress = lambda: DownloadLines(self.answers)
        threading.Thread(target=self._read, daemon=True).start()
        while (request := self._requests.get()) is not None:
            if "prepare" in request:
                self.prepare(request["prepare"])
            else:
                self.check(request["check"], request["seed"])

    def _read(self) -> None:
        main = threading.main_thread().ident
        assert main is not None
        for text in sys.stdin:
            self._requests.put(json.loads(text))
        self._requests.put(None)
        signal.pthread_kill(main, signal.SIGINT)  # that thread, so that it does not go on to wait for an answer from somewhere

    def prepare(self, name: str) -> None:
        try:
            exercise = Course().find(name)
            lab = backends.up(needs=exercise.servers, say=self.answers.say) if exercise.servers else None
            if lab and "flink" in exercise.needs:
                pool.warm(lab.flink)
                self.answers.say("Flink's Python client warms up")
                wait.until(lambda: list(pool.folder().glob("*.ready")) or not pool.idle(), deadline_s=WARM_S)
            self.answers.tell(ready="")
        except StreamlingsError as e:  # the check says it in full
            self.answers.tell(ready=e.message)

    def check(self, name: str, seed: int) -> None:
        self.grader.timeline = Timeline()
        result = Result(name, "could_not_check", seed, backends.chosen(), 0, [])
        with Progress(self.answers) as progress:
            self.grader.follow = progress.follow
            try:
                exercise = Course().find(name)
                result = self.grader.check(exercise, exercise.work, seed=seed)
            except StreamlingsError as e:  # no program, or no exercise, that could be checked
                result.problem, result.hint = e.message, e.hint
                self.tell(result)
        failed = result.failed_check
        if failed and failed.shortest:
            self.answers.tell(shortest=failed.shortest)
        self.answers.tell(cleared=True)

    def tell(self, result: Result) -> None:
        """The verdict at once; what happened is worth a moment more."""
        self.answers.tell(verdict=result.to_json())
        timeline = self.grader.timeline
        if len(timeline.moments) <= MANY_MOMENTS:
            self.answers.tell(timeline=parts(timeline))


if __name__ == "__main__":
    try:
        Checker().serve()
    except KeyboardInterrupt:
        pass
