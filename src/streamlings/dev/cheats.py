"""`dev cheats`: programs that try to pass without doing the work (tests/cheats/). None may; and the next check must not notice.

Each begins with `# exercise: ID`, `# ends: OUTCOME` ("killed" where it ends the check itself), and `# says: WORDS` for the verdict to hold;
`# then: FILE` names the program that is checked after it, in place of the exercise's solution. They run in a copy of the course.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from streamlings import wait
from streamlings.cleanup import names_on
from streamlings.errors import LabError, UsageError
from streamlings.paths import ROOT, state_folder
from streamlings.servers import backends, process, state
from streamlings.servers.rest import FlinkRest
from streamlings.servers.say import Say
from streamlings.stage.job import ENDED
from streamlings.worker import pool
from streamlings.worker.host import WARM_UP_JOB

FOLDER = ROOT / "tests" / "cheats"
HEADER = re.compile(
    r"\A# exercise: (?P<exercise>\S+)\n# ends: (?P<ends>\w+(?: or \w+)*)\n# says: ?(?P<says>.*)\n(?:# then: (?P<then>\S+)\n)?"
)
COPIED = ("lessons", "solutions", "src")
MARK = "harbour-stowaway"
KILLED = -9


@dataclass(frozen=True)
class Cheat:
    """One program, and what must become of it: how it ends may be luck ("failed or could_not_check")."""

    path: Path
    exercise: str
    ends: str
    says: str
    then: str


def cheats() -> list[Cheat]:
    """The programs of tests/cheats/. Raises LabError where one does not say what it does."""
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        header = HEADER.match(path.read_text())
        if header is None:
            raise LabError(f"{path.name} does not say which exercise it cheats, and how it ends", hint="dev/cheats.py says how it begins")
        found.append(Cheat(path, header["exercise"], header["ends"], header["says"].strip(), header["then"] or ""))
    return found


def run(names: list[str], *, as_json: bool, say: Say) -> int:
    """Let the named cheats (or all) try, and report; exit code 0 when none passed and none was noticed afterwards, else 1."""
    falls_short = []
    passed = 0
    every = cheats()
    if unknown := sorted(set(names) - {cheat.path.stem for cheat in every}):
        raise UsageError(f"there is no cheat {unknown[0]!r}", hint=f"they are the files in {FOLDER.relative_to(ROOT)}/")
    chosen = [cheat for cheat in every if not names or cheat.path.stem in names]
    with Ground() as ground:
        for cheat in chosen:
            wrong = ground.shortcomings(cheat)
            passed += any(line.startswith("it passed") for line in wrong)
            say(f"{'FALLS SHORT' if wrong else 'as declared'}  {cheat.ends:<16} {cheat.path.stem}")
            for line in wrong:
                say(f"    {line}")
            falls_short += [f"{cheat.path.name}: {line}" for line in wrong]
    report = {"cheats": len(chosen), "passed": passed, "falls_short": falls_short}
    if as_json:
        print(json.dumps(report, indent=1))
    else:
        print(f"cheats  {report['cheats']}\npassed  {passed}")
        print("\n".join(f"falls short: {line}" for line in falls_short) or "nothing falls short")
    return 1 if falls_short else 0


class Ground:
    """A copy of the course that may be damaged, with this lab's servers."""

    def __enter__(self) -> Ground:
        self._temporary = tempfile.TemporaryDirectory(prefix="streamlings-cheats-")
        self.course = Path(self._temporary.name) / "course"
        for name in COPIED:
            shutil.copytree(ROOT / name, self.course / name, ignore=shutil.ignore_patterns("__pycache__"))
        (self.course / "MAY_BE_DAMAGED").touch()
        self.held = self._files()
        lab = backends.up(needs={"kafka", "flink"})
        self.names = names_on(lab)
        return self

    def __exit__(self, *_: object) -> None:
        for keeper in pool.idle().values():
            process.stop([keeper])  # it has imported the copy
        self._temporary.cleanup()

    def shortcomings(self, cheat: Cheat) -> list[str]:
        """Let it try, then check the exercise's solution; what is not as it should be, in words."""
        program = self.course / "work" / cheat.path.name
        program.parent.mkdir(exist_ok=True)
        shutil.copyfile(cheat.path, program)
        ended = self._check(cheat.exercise, "--program", str(program))
        wrong = [*self._wrong_end(cheat, ended), *([] if cheat.ends == "killed" else self._left_behind())]
        then = ["--program", str(self.course / cheat.then)] if cheat.then else ["--solution"]
        exercise = cheat.exercise
        if cheat.then:
            exercise = re.sub(r"(^|/)\d+_", r"\1", "/".join(cheat.then.split("/")[1:3]))
        following = self._check(exercise, *then)
        if following.returncode:
            wrong.append(f"afterwards a right program did not pass: {following.stdout[-3000:]}{following.stderr[-2000:]}")
        return wrong + [f"after the next check: {line}" for line in self._left_behind()]

    def _check(self, exercise: str, *which: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(self.course / "src"), "STREAMLINGS_STATE": str(state_folder())}
        environment.pop("STREAMLINGS_COURSE", None)
        return subprocess.run(
            [sys.executable, "-P", "-m", "streamlings", "check", exercise, *which, "--json"],
            cwd=self.course,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            start_new_session=True,
        )

    def _wrong_end(self, cheat: Cheat, ended: subprocess.CompletedProcess[str]) -> list[str]:
        if cheat.ends == "killed":
            return [] if ended.returncode == KILLED and not ended.stdout else [f"it ended with {ended.returncode}: {ended.stdout[-2000:]}"]
        try:
            result = json.loads(ended.stdout)
        except ValueError:
            return [f"no verdict, exit code {ended.returncode}: {ended.stderr[-2000:]}"]
        if result["outcome"] == "passed":
            return ["it passed"]
        if result["outcome"] not in cheat.ends.split(" or "):
            return [f"it ended with {result['outcome']}, not {cheat.ends}: {ended.stdout[-3000:]}"]
        return [] if cheat.says in " ".join(ended.stdout.split()) else [f"the verdict does not say {cheat.says!r}: {ended.stdout[-3000:]}"]

    def _left_behind(self) -> list[str]:
        """Processes, jobs, topics, groups and files that no check needs; and files of the course that are not what they were."""
        lab = state.read()
        wrong = [f"a process is left: {line}" for line in strays()]
        if lab.flink:
            jobs = FlinkRest(lab.flink).jobs() if FlinkRest(lab.flink).answers() else []
            left = [job for job in jobs if job["state"] not in ENDED and job["name"] != WARM_UP_JOB]
            wrong += [f"a job is left: {job['name']} {job['state']}" for job in left]
        if lab.kafka and lab.processes["kafka"].alive():  # else the next check clears up
            wrong += [f"a topic or group is left: {name}" for name in names_on(lab) - self.names if not name.startswith("__")]
            wrong += [f"{folder.name} is left in runs/" for folder in (state_folder() / "runs").glob("*")]
        now = self._files()
        wrong += [f"{name} is not what it was" for name in sorted(self.held.keys() | now.keys()) if self.held.get(name) != now.get(name)]
        return wrong

    def _files(self) -> dict[str, bytes]:
        files = (path for name in COPIED for path in (self.course / name).rglob("*") if path.parent.name != "__pycache__")
        return {str(path.relative_to(self.course)): path.read_bytes() for path in files if path.is_file()}


def strays() -> list[str]:
    """Processes with this lab in their environment or a cheat's mark in their command line, and no part of the lab."""
    found: list[str] = []

    def none() -> bool:
        nonlocal found
        found = _strays()
        return not found

    wait.until(none, deadline_s=10 * wait.crowding())  # a killed process may need a moment
    return found


def _strays() -> list[str]:
    running_now = list(psutil.process_iter())  # before the workers are asked for theirs, which may have started some since
    known = {os.getpid(), *(p.pid for p in psutil.Process().parents())}
    for each in [*state.read().processes.values(), *pool.idle().values()]:
        try:
            known |= {each.pid, *(child.pid for child in psutil.Process(each.pid).children(recursive=True))}
        except psutil.Error:
            continue
    found = []
    for running in running_now:
        try:
            of_this_lab = running.environ().get("STREAMLINGS_STATE") == str(state_folder())
            if (of_this_lab or MARK in " ".join(running.cmdline())) and running.pid not in known and running.status() != "zombie":
                found.append(f"{running.pid} {' '.join(running.cmdline())[:200]}")
        except psutil.Error:
            continue
    return found
