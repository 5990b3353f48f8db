"""`dev traps`: run the small wrong programs of tests/traps/ and see whether traps.toml explains what Flink, Kafka and the others say.

Each begins with `# trap: ID`, the entry of traps.toml that must be told; `# trap: none` is a healthy program, of which nothing may be told.
"""

from __future__ import annotations

import json
import re
import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from streamlings import cleanup, traps, wait
from streamlings.paths import ROOT
from streamlings.servers import backends
from streamlings.servers.rest import FlinkRest
from streamlings.servers.say import Say
from streamlings.stage.job import ENDED
from streamlings.worker import pool
from streamlings.worker.program import PlainProgram, WorkerProgram

FOLDER = ROOT / "tests" / "traps"
HEADER = re.compile(r"\A# trap: ([\w-]+)\n")
SERVERS = ("kafka", "flink", "registry", "postgres")
USES_FLINK = re.compile(r"^(?:from|import) (?:pyflink|harbour|avro_order)", re.M)
DEADLINE_S = 60.0


def run(*, as_json: bool, say: Say) -> int:
    """Reproduce every entry and report; exit code 0 when nothing falls short, else 1."""
    falls_short = [f"{entry}: no program in {FOLDER.name}/ for it" for entry in sorted(ids() - {declared(p) for p in programs()})]
    missed: set[str] = set()
    with Stand() as stand:
        for program, said in stand.begin(programs()).items():
            wrong = shortcoming(program, said.result())
            say(f"{'FALLS SHORT' if wrong else 'as declared'}  {declared(program):<28} {program.name}")
            if wrong:
                falls_short.append(f"{program.name}: {wrong}")
                missed.add(declared(program))
    reproduced = {declared(p) for p in programs()} & ids() - missed
    report = {"traps": len(ids()), "reproduced": len(reproduced), "falls_short": falls_short}
    if as_json:
        print(json.dumps(report, indent=1))
    else:
        print(f"traps       {len(ids())}\nreproduced  {len(reproduced)}")
        print("\n".join(f"falls short: {line}" for line in falls_short) or "nothing falls short")
    return 1 if falls_short else 0


def ids() -> set[str]:
    """The entries of traps.toml."""
    return {entry.id for entry in traps.known()}


def programs() -> list[Path]:
    """The programs of tests/traps/; a file without a header is a module that they share."""
    return [path for path in sorted(FOLDER.glob("*.py")) if HEADER.match(path.read_text())]


def declared(program: Path) -> str:
    """The entry that must be told of this program, or "none"."""
    header = HEADER.match(program.read_text())
    assert header is not None
    return header[1]


def shortcoming(program: Path, text: str) -> str:
    """ "" where what the program and its jobs say is explained as declared; otherwise what was told in its place, and of what."""
    entry = traps.which(text)
    told = entry.id if entry else "none"
    return "" if told == declared(program) else f"{told} was told, not {declared(program)}, of:\n{text[-3000:]}"


class Stand:
    """A lab with all servers. Programs with Flink run one after the other in one warm worker; beside them, those without."""

    def __enter__(self) -> Stand:
        self.lab = backends.up(needs=set(SERVERS))
        self.rest = FlinkRest(self.lab.flink)
        self.prefix = f"traps_{secrets.token_hex(3)}_"
        self.worker: pool.Worker | None = None
        self.lanes = {uses_flink: ThreadPoolExecutor(1) for uses_flink in (True, False)}
        return self

    def __exit__(self, *_: object) -> None:
        for lane in self.lanes.values():
            lane.shutdown(cancel_futures=True)
        if self.worker:
            pool.discard(self.worker)  # its class loader has jars that other programs have not asked for
        cleanup.remove_everything_named(self.lab, self.prefix)

    def begin(self, chosen: list[Path]) -> dict[Path, Future[str]]:
        """Begin to run these programs; what each will have said, which is the text that a check looks for traps in.

        That is what the program prints, then the exceptions of its jobs. Whatever goes on for a minute is ended.
        """
        uses_flink = {program: bool(USES_FLINK.search(program.read_text())) for program in chosen}
        return {program: self.lanes[flink].submit(self._flink if flink else self._plain, program) for program, flink in uses_flink.items()}

    def _plain(self, program: Path) -> str:
        running = PlainProgram(program, self._surroundings(program), program.parent)
        running.until_ended(DEADLINE_S)
        running.kill()
        return running.output.text()

    def _flink(self, program: Path) -> str:
        worker = self.worker = self.worker or pool.take(self.lab.flink)
        before = {job["jid"] for job in self.rest.jobs()}
        env = self._surroundings(program)
        running = WorkerProgram(program, env, program.parent, worker=worker)
        running.until_ended(DEADLINE_S)
        if not running.release():
            running.kill()
            self.worker = None
        jobs = [job["jid"] for job in self.rest.jobs() if job["jid"] not in before]
        return "\n".join([running.output.text(), *self._exceptions(jobs)])

    def _surroundings(self, program: Path) -> dict[str, str]:
        servers = {f"STREAMLINGS_{server.upper()}": str(getattr(self.lab, server)) for server in SERVERS}
        return {"STREAMLINGS_PREFIX": f"{self.prefix}{program.stem}_"} | servers

    def _exceptions(self, jobs: list[str]) -> list[str]:
        """What failed or restarted the jobs, once one of them has failed or all have ended. What still runs is cancelled."""
        failures = lambda: [cause for job in jobs if (cause := self.rest.root_exception(job))]  # noqa: E731
        running = lambda: [job for job in jobs if self.rest.job(job)["state"] not in ENDED]  # noqa: E731
        wait.until(lambda: failures() or not running(), deadline_s=DEADLINE_S)
        for job in running():
            self.rest.cancel(job)
        return failures()
