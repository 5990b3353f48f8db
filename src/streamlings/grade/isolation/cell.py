"""The container of one submission, which the grader takes for a program like any other: started, read, ended for certain."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlings import wait
from streamlings.course import Exercise
from streamlings.errors import LabError
from streamlings.grade.isolation.engine import CELL
from streamlings.paths import state_folder
from streamlings.servers import engine
from streamlings.servers.containers import IMAGE
from streamlings.servers.state import LabState
from streamlings.servers.tunnel import Tunnel
from streamlings.watch.checker import Cancellable
from streamlings.worker.program import Program

LIMITS = {
    "--memory": "2g",
    "--memory-swap": "2g",
    "--cpus": f"{min(1.5, os.cpu_count() or 1):g}",  # the engine refuses more than there are
    "--pids-limit": "512",
    "--ulimit": "core=0",
    "--tmpfs": "/tmp:rw,nosuid,nodev,size=256m,mode=1777",
}
RIGHTS = ["--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--init", "--log-driver", "none"]
USER = os.getuid() or 1000
"""Whose files it writes into the check's folder, which has to be cleared away afterwards; never the superuser."""
WAY = f"{USER + 1}:{USER + 1}"
"""The user of the tunnels' ends inside: what the submission runs as can neither signal them nor read them."""
STARTS_S = 60.0
COLD_S = 30.0
"""Processor time that Flink's client may take to start in a container: nothing is warm there, and a slow machine took more than 15 s."""
USAGE = "cat /sys/fs/cgroup/cpu.stat 2>/dev/null || cat /sys/fs/cgroup/cpuacct/cpuacct.usage"
"""Control groups of the second version, or of the first."""
LOOK_S = 2.0
"""Processor time is asked of the engine no more often: each question is a process in the container."""


class Cell(Program):
    """`folder` is the check's, and the only one that it shares with this machine; `ports` are the lab's servers on loopback."""

    def __init__(self, path: Path, env: dict[str, str], *, folder: Path, ports: list[int], flink: str, parallelism: int, name: str) -> None:
        super().__init__(path)
        self._name = f"streamlings-cell-{secrets.token_hex(6)}"
        self._tunnels: list[Tunnel] = []
        self._killing: subprocess.Popen[bytes] | None = None
        self.cold_s = COLD_S if flink else 0
        self._looked, self._used = 0.0, 0.0
        os.chmod(folder, 0o777)  # its user is another one in there
        for below in folder.rglob("*"):
            if not below.is_symlink():
                os.chmod(below, 0o777)
        limits = [word for pair in LIMITS.items() for word in pair]
        share = ["--mount", f"type=bind,src={folder},dst={folder}"]
        run = [
            "docker",
            "run",
            "--rm",
            "-i",
            "--name",
            self._name,
            "--label",
            f"{CELL}={state_folder()}",
            *RIGHTS,
            "--user",
            f"{USER}:{USER}",
            *limits,
            *share,
            "--workdir",
            "/tmp",
            "--env",
            "HOME=/tmp",
        ]
        command = ["--entrypoint", "python", IMAGE, "-u", "-m", "streamlings.grade.isolation.inside"]
        self._process = subprocess.Popen(
            [*run, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        self.pid = self._process.pid
        try:
            self._begin(
                ports,
                {"env": env, "flink": flink, "config": _client_settings() if flink else "", "parallelism": parallelism},
                {"name": name, "text": path.read_text("utf-8")},
            )
        except BaseException:
            self.kill()
            raise

    def _begin(self, ports: list[int], surroundings: dict[str, Any], program: dict[str, str]) -> None:
        running = wait.until(
            lambda: self._process.poll() is not None or engine.ask("inspect", "--format", "{{.State.Running}}", self._name) == "true",
            deadline_s=STARTS_S * wait.crowding(),
            every_ms=50,
        )
        assert self._process.stdout is not None and self._process.stdin is not None
        if not running or self._process.poll() is not None:
            said = self._process.stdout.read(2000).decode("utf-8", "replace") if self._process.poll() is not None else ""
            raise LabError("the submission's container did not start", details=said, hint="`docker info` says whether the engine is well")
        self._tunnels = [Tunnel(self._name, port, user=WAY) for port in ports]
        output = self._process.stdout.fileno()
        self._in_thread(self._collect, lambda: os.read(output, 65_536))
        self._in_thread(self._await_exit)
        try:
            for line in (surroundings, program):
                self._process.stdin.write(json.dumps(line).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as e:
            raise LabError("the submission's container has ended before its program was there", hint="check it again") from e

    def cpu_s(self) -> float:
        """Of all that runs in the container, from its control group; the tunnels' ends are in it, and take next to nothing."""
        now = time.monotonic()
        if now - self._looked > LOOK_S and self.exit_code is None:
            self._looked = now
            self._used = max(self._used, processor_s(engine.ask("exec", "--user", WAY, self._name, "sh", "-c", USAGE)))
        return self._used

    def kept(self) -> bool:
        return True  # by the engine, which a submission cannot reach

    def kill(self) -> None:
        self._stop()
        for tunnel in self._tunnels:
            tunnel.end()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._killing is not None:
            self._killing.wait()
        self._finish_reading()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:
                pass

    def _stop(self) -> None:
        """Without waiting: unless what it prints is read meanwhile, the engine does not get to its end."""
        if self._killing is None or self._killing.poll() is not None:
            quiet = subprocess.DEVNULL
            self._killing = subprocess.Popen(["docker", "kill", self._name], stdin=quiet, stdout=quiet, stderr=quiet)

    def _await_exit(self) -> None:
        code = self._process.wait()
        self._threads[0].join(timeout=1)
        self.exit_code = -1 if code > 128 else code


def _client_settings() -> str:
    """The settings that the lab has for PyFlink's clients on this machine."""
    return (state_folder() / "flink" / "conf" / "config.yaml").read_text()


class IsolatedGrader(Cancellable):
    """A grader that runs programs in containers."""

    def starter(self, exercise: Exercise, program: Path, lab: LabState, env: dict[str, str]) -> Callable[[Program | None], Program]:
        folder = Path(env["STREAMLINGS_FOLDER"])
        uses_flink = "flink" in exercise.needs
        addresses = [value for name, value in env.items() if name.removeprefix("STREAMLINGS_").lower() in exercise.needs]

        def start(before: Program | None) -> Program:
            if before is not None:
                before.kill()
            return Cell(
                program,
                env,
                folder=folder,
                ports=sorted({port for address in addresses for port in ports_in(address)}),
                flink=lab.flink if uses_flink else "",
                parallelism=exercise.parallelism,
                name=f"{exercise.place}/{exercise.file}",
            )

        return start


def processor_s(said: str) -> float:
    """Seconds, of what USAGE has said: microseconds by name, or nanoseconds alone; 0 where it has said neither."""
    found = re.match(r"(?:usage_usec )?(\d+)", said)
    return int(found[1]) / (1e6 if "usec" in said else 1e9) if found else 0.0


def ports_in(address: str) -> list[int]:
    """The loopback ports that an address names: "127.0.0.1:1,127.0.0.1:2", "http://127.0.0.1:3/x", "postgresql://u@127.0.0.1:4/db"."""
    return [int(port) for port in re.findall(r"(?:127\.0\.0\.1|localhost):(\d+)", address)]
