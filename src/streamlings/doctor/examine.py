"""Asks this machine what the examinations want to know."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import find_libpython
import psutil

from streamlings import jars
from streamlings.doctor import lab, machine
from streamlings.doctor.finding import Finding
from streamlings.paths import ROOT, cache_folder, state_folder
from streamlings.servers import java, state


def examine() -> list[Finding]:
    """All findings about this machine, in the order in which they should be mended. Takes about a second."""
    version = _read("/proc/version")
    cache, missing = cache_folder(), {group: jars.size_missing(group) for group in lab.GROUPS}
    findings = [
        machine.python(sys.version_info[:3], 64 if sys.maxsize > 2**32 else 32),
        machine.shared_python(find_libpython.find_libpython()),
        machine.architecture(platform.system(), platform.machine()),
        lab.java_runtime(_run, str(java.executable())),
        machine.memory(psutil.virtual_memory().total, psutil.virtual_memory().available, _container_limit(), wsl=machine.is_wsl(version)),
        machine.disk("the clone", ROOT, _free_bytes(ROOT), needed=machine.LAB_DISK),
        machine.disk("the cache", cache, _free_bytes(cache), needed=2 * sum(missing.values())),  # archives are unpacked beside themselves
        machine.loopback(_reach_itself),
        machine.localhost(_resolve),
        machine.proxies(os.environ),
        machine.open_files(_open_files_limit()),
        machine.wsl(version, str(ROOT)),
        lab.downloads(missing),
        lab.docker(shutil.which("docker"), _run),
        lab.lab_state(state.read(), (state_folder() / "lab.json.corrupt").exists()),
    ]
    return [finding for finding in findings if finding is not None]


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
