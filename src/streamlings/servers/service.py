"""One service of the lab in the foreground, its log on stdout: what a container of the lab runs.

    python -m streamlings.servers.service lab | kafka | flink-jobmanager | flink-taskmanager | registry | postgres

healthy.sh asks whether it answers. All containers share the network of `lab`, so that an address such as 127.0.0.1:9092 means the same in
each of them as on the machine outside. Ports are given in STREAMLINGS_KAFKA_PORT and the like.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from streamlings.errors import UsageError
from streamlings.paths import state_folder

if TYPE_CHECKING:
    from streamlings.servers.flink import Flink

PORTS = {"kafka": 9092, "flink": 8081, "registry": 8080, "postgres": 5432}
"""Where nothing else is said."""
CONTROLLER, INSIDE, RPC, BLOB, MANAGEMENT = 9093, 19092, 6123, 6124, 9000
"""Ports that nobody outside asks. INSIDE is Kafka's for programs in other containers of the network, as kafka:19092."""
EVERYWHERE = "0.0.0.0"
"""Of the container: outside, ports are published on loopback only."""
TO_CONSOLE = """
rootLogger.appenderRef.console.ref=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{HH:mm:ss,SSS} %-5p %c{1} %m%n
"""


def asked_port(server: str) -> int | None:
    """The port in STREAMLINGS_KAFKA_PORT and the like, None where none is named. Raises UsageError for what is no port."""
    name = f"STREAMLINGS_{server.upper()}_PORT"
    asked = os.environ.get(name, "")
    if asked and not (asked.isascii() and asked.isdecimal() and 0 < int(asked) < 65536):
        raise UsageError(f"{name} is {asked}, which is no port", hint="a number from 1 to 65535, or unset it")
    return int(asked) if asked else None


def port(server: str) -> int:
    """The same, and the usual one where none is named."""
    return asked_port(server) or PORTS[server]


def lab() -> NoReturn:
    """Hold the network that the others share, until asked to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        signal.pause()


def kafka() -> NoReturn:
    from streamlings.servers import broker
    from streamlings.servers.kafka import SETTINGS

    server = broker.kafka()
    settings = SETTINGS.format(
        listeners=f"PLAINTEXT://{EVERYWHERE}:{port('kafka')},INSIDE://{EVERYWHERE}:{INSIDE}",
        advertised=f"PLAINTEXT://127.0.0.1:{port('kafka')},INSIDE://kafka:{INSIDE}",
        controller_port=CONTROLLER,
        data=server.folder / "data",
    )
    become(server.prepare(settings))


def flink_jobmanager() -> NoReturn:
    flink = _flink()
    become(flink.jobmanager(), flink.environment())


def flink_taskmanager() -> NoReturn:
    """Its id in Flink's REST API is STREAMLINGS_NAME, or one by the time; the file `name` tells which."""
    name = os.environ.get("STREAMLINGS_NAME") or f"taskmanager-{time.time_ns() // 1_000_000}"
    flink = _flink()
    (flink.folder / "name").write_text(name)
    become(flink.taskmanager(name), flink.environment())


def _flink() -> Flink:
    from streamlings.servers.flink import Flink

    flink = Flink(state_folder() / "flink")
    flink.configure({"rest": port("flink"), "rpc": RPC, "blob": BLOB}, listen=EVERYWHERE, kept=str(flink.folder / "kept"))
    with (flink.conf / "log4j.properties").open("a") as file:
        file.write(TO_CONSOLE)
    return flink


def registry() -> NoReturn:
    from streamlings.servers.registry import ENVIRONMENT, Registry, application

    server = Registry(state_folder() / "registry", application())
    become(server.prepare(port("registry"), MANAGEMENT, listen=EVERYWHERE), os.environ | ENVIRONMENT)


def postgres() -> NoReturn:
    from streamlings.servers.postgres import Postgres
    from streamlings.servers.postgres_programs import environment

    server = Postgres(state_folder() / "postgres")
    command = server.prepare(port("postgres"), listen_addresses=EVERYWHERE)
    hosts = server.data / "pg_hba.conf"
    anybody = "host all all all trust  # its port is published on loopback only\n"
    if anybody not in hosts.read_text():
        with hosts.open("a") as file:
            file.write(anybody)
    become(command, environment())


def become(command: list[str], env: dict[str, str] | None = None) -> NoReturn:
    """Go on as this command, which then gets the container's signals."""
    sys.stdout.flush()
    os.chdir(state_folder())
    os.execve(command[0], command, env or dict(os.environ))


SERVICES: dict[str, Callable[[], NoReturn]] = {
    "lab": lab,
    "kafka": kafka,
    "flink-jobmanager": flink_jobmanager,
    "flink-taskmanager": flink_taskmanager,
    "registry": registry,
    "postgres": postgres,
}

if __name__ == "__main__":
    SERVICES[sys.argv[1]]()
