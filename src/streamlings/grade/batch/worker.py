"""A process that checks submissions, one after the other, with a lab of its own (`python -m streamlings.grade.batch.worker`).

Requests come on stdin and answers go to stdout, a JSON object a line; each answer has the request's `ticket`, which nobody else knows:

    {"ticket": T, "exercise": ID, "program": PATH, "seed": N}
    {"ticket": T, "said": TEXT}...  {"ticket": T, "result": {...}, "drawn": HTML, "spoiled": BOOL}

`spoiled` says that the lab is not for the next submission: this one has changed settings of the broker, which no cleaning up puts back.

While it runs it holds a lock (`lock_of`), by which a batch knows that the lab of the one before it is down.

When stdin ends, a check that goes on is ended as Ctrl-C ends it, the lab is taken down, and the process is gone; also where `grade` was
killed.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock

from streamlings import interrupts
from streamlings.course import Course
from streamlings.errors import LabError, StreamlingsError
from streamlings.grade.batch.surroundings import ENDS_S, lock_of
from streamlings.grade.isolation import cell, native
from streamlings.outcome import Result
from streamlings.paths import state_folder
from streamlings.report import timeline
from streamlings.servers import backends, dynamic, state
from streamlings.stage.timeline import Timeline
from streamlings.watch.checker import Answers, Cancellable

REQUEST = {"ticket", "exercise", "program", "seed"}
MOST_DRAWN = 2_000
"""A check in which more happened is not drawn: no browser shows it well."""


class Checks:
    """Serves requests until stdin ends."""

    def __init__(self) -> None:
        self.answers = Answers()
        self._ticket = ""
        self._settings: dynamic.Settings | None = None
        kind = cell.IsolatedGrader if os.environ.get("STREAMLINGS_ISOLATED") else Cancellable
        self.grader = kind(say=self._say)
        self._requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def serve(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, interrupts.when_safe(self.grader.cancel))
        threading.Thread(target=self._read, daemon=True).start()
        while (request := self._requests.get()) is not None:
            self._check(request)

    def _read(self) -> None:
        main = threading.main_thread().ident
        assert main is not None
        for text in sys.stdin:
            with suppress(ValueError):
                request = json.loads(text)
                if isinstance(request, dict) and request.keys() >= REQUEST:  # else a submission has written it
                    self._requests.put(request)
        self._requests.put(None)
        signal.pthread_kill(main, signal.SIGINT)

    def _check(self, request: dict[str, Any]) -> None:
        self._ticket = request["ticket"]
        self.grader.timeline = Timeline()
        result = Result(request["exercise"], "could_not_check", request["seed"], backends.chosen(), 0, [])
        try:
            exercise = Course().find(request["exercise"])
            if "kafka" in exercise.servers and self._settings is None:
                self._settings = dynamic.settings(backends.up(needs=exercise.servers, say=self._say).kafka)
            result = self.grader.check(exercise, Path(request["program"]), seed=request["seed"])
        except StreamlingsError as e:
            result.problem, result.hint = e.message + (f"\n{e.details}" if e.details else ""), e.hint
        happened = self.grader.timeline
        drawn = timeline.drawn(happened, first=self._first(request["exercise"])) if 0 < len(happened.moments) <= MOST_DRAWN else ""
        self.answers.tell(ticket=self._ticket, result=result.to_json(), drawn=drawn, spoiled=self._spoiled())

    def _spoiled(self) -> bool:
        lab = state.read()
        try:
            return bool(lab.kafka) and self._settings is not None and dynamic.settings(lab.kafka) != self._settings
        except LabError:
            return True  # nobody knows

    def _first(self, name: str) -> int:
        """Pictures of all exercises may stand on one page, so their numbers are apart."""
        return 1 + 1000 * next((n for n, exercise in enumerate(Course().exercises) if exercise.id == name), 0)

    def _say(self, text: str) -> None:
        self.answers.tell(ticket=self._ticket, said=text)


def main() -> None:
    """Serve, and take the lab down."""
    with suppress(KeyboardInterrupt):
        Checks().serve()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with suppress(StreamlingsError):
        backends.down()


if __name__ == "__main__":
    native.keep_to_itself()
    with FileLock(lock_of(state_folder()), timeout=ENDS_S):
        main()
