"""What goes on in `watch`, without a word on how it looks: the exercise, its checks, what was saved, the page that is open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from streamlings import progress, shop, workbook
from streamlings.course import Course, Exercise
from streamlings.errors import StreamlingsError
from streamlings.outcome import Result
from streamlings.paths import shown
from streamlings.servers import backends, state
from streamlings.watch.checking import Answer, Checking
from streamlings.watch.chooser import Chooser
from streamlings.watch.saves import Saves, Seen, content

Phase = Literal["ready", "stopping", "checking", "judged"]
Page = Literal["task", "verdict", "hints", "solution", "timeline", "places", "list"]


class Session:
    """`changed` is called whenever something is to be shown anew, `over` is done when `watch` is to end."""

    def __init__(self, exercise: Exercise) -> None:
        self.course = Course()
        self.changed: Callable[[], None] = lambda: None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.passed = set(progress.read().passed) & {each.id for each in self.course.exercises}
        self.phase: Phase = "ready"
        self.page: Page = "task"
        self.top = 0
        """The line of the page that stands uppermost."""
        self.note = ""
        """What has just been seen or done, in a line."""
        self.said = ""
        """What the checker said last of servers that it starts, or waits for."""
        self.obstacle = ""
        """Why what the exercise needs could not be brought up."""
        self.asks_reset = False
        self.result: Result | None = None
        self.shortest: list[str] = []
        self.timeline: list[tuple[str, list[str]]] | None = None
        self.happening: dict[str, Any] = {}
        self.began = self.checked_at = 0.0
        self.seed = shop.draw_seed()
        self.chooser = Chooser(self.course)
        self.exercise = exercise
        self._busy = False
        self._asked = 0
        self._unready = 0
        self._ready = asyncio.Event()
        self._endings: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()
        self._checking = Checking(self._told)
        self._loop = asyncio.get_running_loop()
        self._saves = Saves(self._seen_by_thread)
        self._checked: bytes | None = None
        workbook.prepare(exercise)
        self._saves.start(exercise.work)
        self.open(exercise)

    # ---- exercises

    @property
    def following(self) -> Exercise | None:
        """Where `n` leads: the next in order; after a pass the next that is open, if any is."""
        exercises = self.course.exercises
        behind = next(iter(exercises[exercises.index(self.exercise) + 1 :]), None)
        if self.exercise.id not in self.passed:
            return behind
        return progress.first_open(self.course, self.passed, after=self.exercise) or behind

    def open(self, exercise: Exercise) -> None:
        """Turn to this exercise; the learner's copy is made where there is none."""
        if self._busy:
            self._let_go()
        self.exercise, self.phase, self.page, self.top = exercise, "ready", "task", 0
        self.note = f"your copy is {shown(exercise.work)}" if workbook.prepare(exercise) else ""
        self.result, self.shortest, self.timeline, self._checked = None, [], None, None
        self.said, self.asks_reset = "", False
        self._asked += 1
        self._saves.follow(exercise.work)
        self._prepare()
        self.changed()

    # ---- checks

    @property
    def flink(self) -> str:
        """The address of Flink's page, "" where none runs: a check that starts it anew gives it another port."""
        return state.read().flink

    @property
    def preparing(self) -> bool:
        """Whether what the exercise needs is still being brought up."""
        return not self._ready.is_set()

    def _prepare(self) -> None:
        self._unready += 1
        self._ready.clear()
        self.obstacle = ""
        self._checker().ask(prepare=self.exercise.id)

    def _checker(self) -> Checking:
        """The one that is there; another one, where it has ended by itself."""
        if self._checking.gone:
            self._checking = Checking(self._told)
        return self._checking

    @property
    def busy(self) -> bool:
        """Whether a check goes on, or its stage is being cleared."""
        return self._busy or bool(self._endings)

    def check(self) -> None:
        """Check the program as it is now; a check that goes on is ended before."""
        self._checked = content(self.exercise.work)
        self._asked += 1
        if self._busy:
            self._let_go()
        self.phase = "stopping" if self._endings else "checking"
        self.began, self.checked_at, self.happening = time.monotonic(), time.time(), {}
        if self.page == "verdict":
            self.top = 0  # there stands that it is not of what is checked now
        waiting = self._loop.create_task(self._ask_when_alone(self._asked))
        self._waiting.add(waiting)
        waiting.add_done_callback(self._waiting.discard)
        self.changed()

    async def _ask_when_alone(self, asked: int) -> None:
        while self._endings or self.preparing:  # servers that are being started are not interrupted by whatever is wanted next
            await asyncio.wait([*self._endings, self._loop.create_task(self._ready.wait())])
        if asked == self._asked and not self.over.done():  # nothing newer is wanted
            self.said = self.obstacle = ""
            self._busy, self.phase = True, "checking"
            self._checker().ask(check=self.exercise.id, seed=self.seed)
            self.changed()

    def _let_go(self) -> None:
        """End the check that goes on; the next checker starts while that one clears its stage."""
        ending = self._loop.create_task(self._checking.end())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        self._busy, self._checking, self._unready = False, Checking(self._told), 0
        self._ready.set()

    def _told(self, answer: Answer) -> None:
        try:
            self._take(answer)
        except Exception as e:  # such as a disk that is full: `watch` ends with it, for it would wait for ever
            if not self.over.done():
                self.over.set_exception(e)
        self.changed()

    def _take(self, answer: Answer) -> None:
        if "said" in answer:
            self.said = answer["said"]
        elif "ready" in answer:
            self.obstacle = answer["ready"]
            self._unready -= 1
            if not self._unready:
                self.said = ""
                self._ready.set()
        elif "progress" in answer:
            self.happening = answer["progress"]
        elif "verdict" in answer:
            self._judged(Result.from_json(answer["verdict"]))
        elif "timeline" in answer:
            self.timeline = [(title, lines) for title, lines in answer["timeline"]]
        elif "shortest" in answer:
            self.shortest = answer["shortest"]
        elif "cleared" in answer:
            self._busy = False
            if self.result and self.result.outcome == "could_not_check":
                self._let_go()  # what could not be cleared away is swept by the next check, once the process is gone that it belongs to
                self._prepare()
        elif "ended" in answer:
            self._checker_has_ended(answer["ended"])

    def _judged(self, result: Result) -> None:
        self.phase, self.result, self.note = "judged", result, ""
        if self.page != "list":  # somebody types a word to search, and the next letter would be a key
            self.page, self.top = "verdict", 0
        self.shortest, self.timeline = [], None
        if result.outcome == "passed":
            progress.passed(self.exercise)
            self.passed.add(self.exercise.id)

    def _checker_has_ended(self, last_words: str) -> None:
        """By itself. Another one is started when it is needed."""
        unfinished = self.phase == "checking" and self._busy
        self._busy, self._unready = False, 0
        self._ready.set()
        if unfinished:
            problem = "the process that checks has ended by itself" + (f"\n{last_words}" if last_words else "")
            seconds = time.monotonic() - self.began
            self._judged(
                Result(
                    self.exercise.id, "could_not_check", self.seed, backends.chosen(), seconds, [], problem=problem, hint="x tries again"
                )
            )

    def _seen_by_thread(self, file: Path, seen: Seen) -> None:
        self._loop.call_soon_threadsafe(self._seen, file, seen)

    def _seen(self, file: Path, seen: Seen) -> None:
        if file != self.exercise.work:
            return
        name = self.exercise.file
        if seen == "noticed":
            self.note = f"{name} changes"
        elif seen == "saved" and content(file) != self._checked:
            self.note = f"{name} saved at {time.strftime('%H:%M:%S')}"
            self.check()
        elif seen in ("saved", "unchanged"):
            self.note = f"{name} is as it was checked last" if self._checked is not None else f"{name} is as it was"
        elif seen == "empty":
            self.note = f"{name} is empty: waiting for what you save"
        else:
            self.note = f"{name} is not there: save it again, or r makes a fresh one"
        self.changed()

    # ---- pages

    def show(self, page: Page) -> None:
        """Open another page, at its beginning."""
        self.page, self.top, self.note = page, 0, ""

    @property
    def hints(self) -> list[str]:
        """Those that have been asked for."""
        return list(self.exercise.hints[: progress.read().hints.get(self.exercise.id, 0)])

    def reset(self) -> None:
        """A fresh starter in the place of the learner's program, which is kept beside it."""
        try:
            backup = workbook.reset(self.exercise)
        except (OSError, StreamlingsError) as e:
            self.note = f"it could not be reset: {e}"
            return
        self.open(self.exercise)
        self.note = f"{self.exercise.file} is fresh" + (f"; your version is {shown(backup)}" if backup else "")

    def quit(self) -> None:
        """It is over, if it is not yet."""
        if not self.over.done():
            self.over.set_result(None)

    async def close(self) -> None:
        """End what goes on; returns when nothing of it is left."""
        self._saves.stop()
        await asyncio.gather(self._checking.end(), *self._endings)
