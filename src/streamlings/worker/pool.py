"""Warm processes: one ready, the next warming up while the learner reads. Kept as files, so that commands share them.

workers/NAME.json    a started worker: its process (made by whoever starts it)
workers/NAME.ready   it is warm: port, token, pid (made by the worker itself)
workers/NAME.taken   somebody uses it, whose process it names (a rename of NAME.ready, so only one can win)
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from streamlings.errors import ServerCrashed
from streamlings.paths import state_folder
from streamlings.servers import java, process
from streamlings.servers.process import Process
from streamlings.worker import client
from streamlings.worker.keeper import under_keeper


@dataclass(frozen=True)
class Worker:
    """A warm process that this command owns. `keeper` is its parent, `pid` the process (and process group) that runs programs."""

    keeper: Process
    pid: int
    port: int
    token: str


def folder() -> Path:
    return state_folder() / "workers"


def warm(rest_address: str) -> None:
    """See to it that one worker is ready or warming up."""
    if not any(p.alive() for p in idle().values()):
        _start(rest_address)


def take(rest_address: str, *, deadline_s: float = 90) -> Worker:
    """A worker for this command alone; waits for one that warms up. One that ends is replaced once; then it raises ServerCrashed."""
    again = True
    while True:
        waiting = idle()
        name = next((n for n in waiting if (folder() / f"{n}.ready").exists()), None) or next(iter(waiting), None)
        if name is None:
            name = _start(rest_address)
        started = waiting.get(name) or Process(**json.loads((folder() / f"{name}.json").read_text()))
        ready = folder() / f"{name}.ready"
        taken = ready.with_suffix(".taken")
        try:
            process.until_ready(started, lambda r=ready, t=taken: r.exists() or t.exists(), deadline_s=deadline_s)  # type: ignore[misc]
        except ServerCrashed:
            if not again:
                raise
            again = False
            process.stop([started])
            _forget(name)
            continue
        try:
            ready.rename(taken)
        except FileNotFoundError:
            continue  # another command was quicker
        announced = json.loads(taken.read_text())
        taken.write_text(json.dumps(announced | {"owner": process.this().to_json()}))
        return Worker(started, announced["pid"], announced["port"], announced["token"])


def give_back(worker: Worker) -> None:
    """Let the next program have it. Only for the course's own programs, which are trusted."""
    (folder() / f"{worker.keeper.name}.taken").rename(folder() / f"{worker.keeper.name}.ready")


def discard(worker: Worker) -> None:
    """End the process, its JVM, and whatever a program started in it; nothing of it is left."""
    process.stop([worker.keeper])
    process.reap(worker.keeper)
    _forget(worker.keeper.name)


def discard_taken() -> None:
    """End the workers of commands that were killed before they could do so."""
    for name, keeper in _all().items():
        taken = folder() / f"{name}.taken"
        owner = json.loads(taken.read_text()).get("owner") if taken.exists() else None
        if owner and not Process(**owner).alive():
            process.stop([keeper])
            _forget(name)


def retire_all() -> None:
    """End every worker in an orderly way (so that the first one leaves its class archive)."""
    workers = {name: p for name, p in _all().items() if p.alive()}
    for p in workers.values():
        client.end(p.pid)
    process.stop(list(workers.values()), grace_s=20)
    for name in _all():
        _forget(name)


def _all() -> dict[str, Process]:
    return {f.stem: Process(**json.loads(f.read_text())) for f in sorted(folder().glob("*.json"))}


def idle() -> dict[str, Process]:
    """Workers that nobody has taken, and that live; what dead ones left is cleared away."""
    found = {}
    for name, p in _all().items():
        if not p.alive():
            process.reap(p)
            _forget(name)
        elif not (folder() / f"{name}.taken").exists():
            found[name] = p
    return found


def _forget(name: str) -> None:
    for suffix in ("json", "ready", "taken", "tmp", "log"):
        (folder() / f"{name}.{suffix}").unlink(missing_ok=True)


def _start(rest_address: str) -> str:
    name = f"worker-{secrets.token_hex(4)}"
    folder().mkdir(parents=True, exist_ok=True)
    flink = state_folder() / "flink"
    env = os.environ | client.environment(conf=flink / "conf", log=flink / "log", warmed=not java.brief())
    host = [sys.executable, "-u", "-m", "streamlings.worker.host", name, rest_address]
    argv = under_keeper("--taken", str(folder() / f"{name}.taken"), *host)
    started = process.start(name, argv, log=folder() / f"{name}.log", env=env, cwd=state_folder())
    temporary = folder() / f"{name}.json.new"
    temporary.write_text(json.dumps(started.to_json()))
    temporary.replace(folder() / f"{name}.json")
    return name
