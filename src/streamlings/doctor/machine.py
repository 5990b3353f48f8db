"""Whether this machine suits: Python, processor, memory, disks, loopback, proxies, limits.

Every examination is a function of what it is told (sizes, addresses), so that a test can show it any machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from streamlings.doctor.finding import Finding

GB = 1e9
LAB_MEMORY = 2.5 * GB
LAB_DISK = 1 * GB
"""What a lab's folder may grow to: data, logs, class archives."""
OPEN_FILES = 1024


def python(version: tuple[int, ...], bits: int) -> Finding:
    says = f"{'.'.join(map(str, version))}, {bits} bit"
    fits = (3, 11) <= version < (3, 13) and bits == 64
    mend = "Flink needs Python 3.11 or 3.12, 64 bit: install one, delete .venv, run ./streamlings again"
    return Finding("python", fits, says, "" if fits else mend)


def shared_python(library: str | None) -> Finding:
    """`library` is where this Python's shared library lies: Flink's TaskManagers load it to run Python functions (pemja)."""
    if library:
        return Finding("libpython", True, library)
    mend = "Debian, Ubuntu: `sudo apt install libpython3.11` (3.12, if yours is); pyenv: install with PYTHON_CONFIGURE_OPTS=--enable-shared"
    return Finding("libpython", False, "this Python has no shared library, by which Flink runs Python functions", mend)


def architecture(system: str, machine: str) -> Finding:
    says = f"{system} {machine}"
    arm = machine.lower() in ("arm64", "aarch64")
    if system == "Linux" and arm:
        mend = "on Apple silicon run it on macOS itself; else on a Linux x86-64 machine"
        return Finding("architecture", False, f"{says}: apache-flink has no wheel for it", mend)
    if system == "Windows":
        return Finding("architecture", False, f"{says}: the lab needs WSL 2", "install it, and clone into its Linux home")
    if system == "Darwin" and arm:
        mend = "`xcode-select --install`, if installing apache-beam fails"
        return Finding("architecture", None, f"{says}: apache-beam is built from its source, which needs a C compiler", mend)
    return Finding("architecture", True, says)


def memory(total: int, available: int, limit: int | None, *, wsl: bool) -> Finding:
    """In bytes; `limit` is what a container may use at most."""
    there = min(total, limit) if limit else total
    room = min(available, there)
    says = f"{room / GB:.1f} GB free of {there / GB:.1f} GB; the lab takes up to {LAB_MEMORY / GB:.1f} GB"
    if there < LAB_MEMORY:
        if wsl:
            return Finding("memory", False, says, "put `memory=6GB` under [wsl2] in .wslconfig in your Windows home, then `wsl --shutdown`")
        return Finding("memory", False, says, "give the container or machine 4 GB")
    if room < LAB_MEMORY:
        return Finding("memory", None, says, "close what takes much, if the lab is not up already")
    return Finding("memory", True, says)


def disk(what: str, folder: Path, free: int, needed: float) -> Finding:
    """In bytes; `needed` is what is yet to come there."""
    says = f"{free / GB:.1f} GB free for {what}, up to {needed / GB:.1f} GB to come"
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
    return Finding("loopback", True, "127.0.0.1 has free ports, and accepts listeners and connections")


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
    if not is_wsl(proc_version):
        return None
    if "wsl2" not in proc_version.lower() and "microsoft-standard" not in proc_version:
        return Finding("wsl", False, "version 1, on which Kafka's memory-mapped files fail", "in Windows: `wsl --set-version NAME 2`")
    if re.match(r"/mnt/[a-z](/|$)", clone):
        says = f"the clone is on a Windows disk ({clone[:6]}): every file is slow there"
        return Finding("wsl", False, says, "clone into your Linux home (~)")
    return Finding("wsl", True, "version 2, the clone is on a Linux disk")


def is_wsl(proc_version: str) -> bool:
    """`proc_version` is what /proc/version says, empty where there is none."""
    return "microsoft" in proc_version.lower()
