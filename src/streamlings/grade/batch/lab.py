"""A process that checks (worker.py), with its lab and its folders: started, asked, ended for certain."""

from __future__ import annotations

import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from streamlings import wait
from streamlings.course import Exercise
from streamlings.grade.batch.surroundings import ARCHIVES, ENDS_S, WORKER, Surroundings
from streamlings.grade.intake import Program
from streamlings.grade.isolation.inside import HOME
from streamlings.grade.marks import Verdict
from streamlings.outcome import Result
from streamlings.paths import course_root, state_folder
from streamlings.removal import remove
from streamlings.servers.say import Say

CHECK_S = 600.0
"""One check, with the servers that it may have to start; on a crowded machine longer. Its own deadlines end it long before."""


def shown_in(place: Path) -> str:
    """As tracebacks show it where it lies in the course's folder."""
    return str(place.relative_to(course_root()) if place.is_relative_to(course_root()) else place)


class LostCheck(Exception):
    """The process has ended, or says nothing any more."""


class Lab:
    """The lab with this number. Nothing of `grade`'s own environment but what programs need is handed on."""

    def __init__(self, number: int, *, isolated: bool, say: Say) -> None:
        self.folder = state_folder() / "grade" / f"lab-{number}"
        self._place = self.folder / "submission"
        self._around, self._say = Surroundings(self.folder, number, isolated), say
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def check(self, exercise: Exercise, program: Program, seed: int) -> Verdict:
        """The verdict on a program. Raises LostCheck where none comes."""
        if self._process is None:
            self._start()
        assert self._process is not None and self._process.stdin is not None
        ticket = secrets.token_hex(16)
        request = {"ticket": ticket, "exercise": exercise.id, "program": str(self._put(exercise, program)), "seed": seed}
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError as e:
            raise LostCheck("the process that checks has ended") from e
        answer = self._await(ticket)
        if answer.get("spoiled"):
            self._say(f"{exercise.id}: a submission has changed settings of the broker; the next one gets a fresh lab")
            self.end()
        return Result.from_json(answer["result"]), str(answer["drawn"])

    def end(self) -> None:
        """End the process and its lab, whatever they do, and forget the lab's folder."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            with suppress(OSError):
                process.stdin.close()
            try:
                process.wait(ENDS_S)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            self._around.down()
            remove(self.folder)

    def _start(self) -> None:
        self._around.await_the_one_before(self._say)
        self._around.clear()
        remove(self.folder)
        self.folder.mkdir(parents=True, mode=0o700)
        if (state_folder() / ARCHIVES).is_dir():
            shutil.copytree(state_folder() / ARCHIVES, self.folder / ARCHIVES, copy_function=os.link)
        self._answers = queue.SimpleQueue()
        if not self._around.isolated:
            self._around.copy_the_course()
        with (self.folder / "worker.log").open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self.folder,
                env=self._around.of_the_process(),
                start_new_session=True,
            )
        threading.Thread(target=self._read, args=(self._process, self._answers), daemon=True).start()

    def _put(self, exercise: Exercise, program: Program) -> Path:
        """The program under the name that it has in `work/`, in a folder of its own that says nothing of whose it is."""
        remove(self._place)
        self._place = self.folder / f"submission-{secrets.token_hex(4)}"
        file = self._place / exercise.place / exercise.file
        file.parent.mkdir(parents=True)
        file.write_text(program.text, encoding="utf-8", errors="replace")
        return file

    def _await(self, ticket: str) -> dict[str, Any]:
        end = time.monotonic() + CHECK_S * wait.crowding()
        while True:
            try:
                answer = self._answers.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty as e:
                raise LostCheck("the check did not end") from e
            if answer is None:
                raise LostCheck("the process that checks has ended")
            if answer.get("ticket") != ticket:
                continue  # written by somebody else, or of an earlier one
            if "said" in answer:
                self._say(str(answer["said"]))
            if "result" in answer:
                return answer

    def _read(self, process: subprocess.Popen[str], answers: queue.SimpleQueue[dict[str, Any] | None]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                with suppress(ValueError):
                    answer = json.loads(self._as_work(line))
                    if isinstance(answer, dict):
                        answers.put(answer)
        answers.put(None)

    def _as_work(self, line: str) -> str:
        """Tracebacks name the program's place, which differs from lab to lab: learners know it as work/."""
        place = self._place
        return line.replace(f"{place}/", "work/").replace(f"{shown_in(place)}/", "work/").replace(f"{HOME}/", "work/")
