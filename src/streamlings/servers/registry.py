"""The schema registry: Apicurio, asked through its Confluent-compatible API, data in an H2 file that outlives `down` and a crash.

It comes as a Quarkus application, whose launcher (quarkus-run.jar) loads classes in a way that class data sharing cannot archive.
The same jars on an ordinary class path start the same application: 3.1 s in place of 5.3 s once the archive exists (2 cores).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import urllib3

from streamlings import jars
from streamlings.errors import LabError, ServerCrashed
from streamlings.paths import state_folder
from streamlings.servers import java, process
from streamlings.servers.process import Process
from streamlings.servers.state import LabState

API = "/apis/ccompat/v7"
MAIN = "io.quarkus.runner.GeneratedMain"
MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
HEAP_MB = 128
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
"""Without it, glibc's per-thread arenas add some 20 MB."""
DEFAULT_LEVEL = "BACKWARD"
"""The compatibility of subjects that have none of their own: Confluent's default. Apicurio's is NONE."""


class Registry:
    """Starts the registry whose files live in `folder`."""

    def __init__(self, folder: Path, application: Path) -> None:
        """`application` is the unpacked archive, the folder that holds quarkus-run.jar."""
        self.folder, self.application = folder, application
        self.data, self.log = folder / "data", folder / "registry.log"

    def start(self, port: int, management_port: int) -> Process:
        """Start on loopback; returns before it is ready."""
        argv = self.prepare(port, management_port)
        return process.start("registry", argv, log=self.log, env=os.environ | ENVIRONMENT, cwd=self.folder)

    def prepare(self, port: int, management_port: int, *, listen: str = "127.0.0.1") -> list[str]:
        """The command that starts it, in ENVIRONMENT. The management port (health, metrics) cannot be switched off."""
        temporary = self.folder / "tmp"
        self.data.mkdir(parents=True, exist_ok=True)
        temporary.mkdir(exist_ok=True)
        self.log.unlink(missing_ok=True)
        settings = {
            "quarkus.http.host": listen,
            "quarkus.http.port": port,
            "quarkus.management.host": "127.0.0.1",
            "quarkus.management.port": management_port,
            "quarkus.http.access-log.enabled": "false",
            "quarkus.scheduler.enabled": "false",  # wakes every 5 s to look for new log levels
            # WRITE_DELAY=0: a schema that was accepted survives a kill (H2 otherwise writes 500 ms later).
            "apicurio.datasource.url": f"jdbc:h2:file:{self.data / 'registry'};WRITE_DELAY=0",
            "apicurio.datasource.jdbc.initial-size": 1,
            "apicurio.datasource.jdbc.min-size": 1,
            "apicurio.storage.connection.retry.enabled": "false",  # a file that cannot be read is not readable a minute later
            "apicurio.storage.snapshot.location": temporary,
            "apicurio.import.work-dir": temporary,
            "java.io.tmpdir": temporary,
        }
        return java.command(
            "registry",
            MAIN,
            self._class_path(),
            heap_mb=HEAP_MB,
            # What the manifest of quarkus-run.jar asks for, then the settings.
            options=[
                java.QUICK_COMPILER,
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                *(f"-D{name}={value}" for name, value in settings.items()),
            ],
            arguments=[],
        )

    def gave_up(self) -> bool:
        """Whether it said that it cannot start. Its process does not always end then: its own shutdown may hang."""
        return self.blames_data() or "Failed to start application" in self._said()

    def blames_data(self) -> bool:
        """Whether the log says that H2 could not read its file (and not that, say, the port was taken)."""
        return "org.h2.jdbc" in self._said()

    def complaints(self) -> str:
        """The last log lines that are not stack frames, each with its start only."""
        lines = [line[:200] for line in self._said().splitlines() if line.strip() and not line.startswith("\t")]
        return "\n".join(lines[-6:])

    def set_data_aside(self) -> Path:
        """Move data that the registry could not start from to `data.unreadable-N`."""
        aside = next(p for n in range(1, 1000) if not (p := self.folder / f"data.unreadable-{n}").exists())
        self.data.rename(aside)
        return aside

    def _said(self) -> str:
        try:
            return self.log.read_text(errors="replace")
        except OSError:
            return ""

    def _class_path(self) -> list[Path]:
        """Quarkus's own order: classes that its build changed hide those of the same name in the jars they came from."""
        first = [self.application / "quarkus" / name for name in ("transformed-bytecode.jar", "generated-bytecode.jar")]
        rest = [jar for part in ("app", "lib/boot", "lib/main") for jar in sorted((self.application / part).glob("*.jar"))]
        return [*(jar for jar in first if jar.exists()), *rest]


def application() -> Path:
    """The unpacked application, downloaded where it is not here. (An image has it without its archive.)"""
    archive = next(jar.path for jar in jars.group_files("registry") if jar.path.name.startswith("apicurio-registry-app"))
    unpacked = jars.unpacked(archive)
    if not unpacked.is_dir():
        jars.fetch("registry")
        jars.unpack(archive)
    return unpacked


def set_default_level(address: str) -> None:
    """The global compatibility becomes Confluent's default."""
    ask(f"{address}/config", method="PUT", body={"compatibility": DEFAULT_LEVEL})


def start(lab: LabState, say: Callable[[str], None]) -> Callable[[], None]:
    """Start the registry; the returned function waits until it answers and then enters its address into `lab`.

    `lab.registry` is the address of the Confluent-compatible API, as Confluent's clients and Flink's `avro-confluent.url`
    take it: "http://127.0.0.1:PORT/apis/ccompat/v7". Every start sets the global compatibility to BACKWARD, Confluent's default;
    schemas and the compatibility of single subjects are kept.
    """
    server = Registry(state_folder() / "registry", application())
    port, management = process.free_ports(2)
    address = f"http://127.0.0.1:{port}{API}"

    def launch() -> Process:
        lab.processes["registry"] = server.start(port, management)
        return lab.processes["registry"]

    def wait(running: Process) -> None:
        process.until_ready(running, lambda: server.gave_up() or (process.listens(port) and answers(address)))
        if server.gave_up():
            hint = "`./streamlings doctor` looks at memory, disk, ports and Java"
            raise ServerCrashed("registry could not start", details=server.complaints(), hint=hint)

    def until_ready() -> None:
        try:
            wait(lab.processes["registry"])
        except ServerCrashed as first:
            process.stop([lab.processes["registry"]])
            if not server.blames_data():
                raise
            say(f"the registry could not read its data, which is kept in {server.set_data_aside().name}; starting without schemas")
            say("  " + first.details.replace("\n", "\n  ")[-600:])
            wait(launch())
        set_default_level(address)
        lab.registry = address
        lab.ports["registry"] = port

    launch()
    return until_ready


def answers(address: str) -> bool:
    """Whether a registry lists its subjects there."""
    try:
        return isinstance(ask(f"{address}/subjects"), list)
    except (LabError, LookupError):
        return False


def ask(url: str, *, method: str = "GET", body: object = None) -> object:
    """One request to the Confluent-compatible API. Raises LookupError for 404, LabError for everything else that is no answer."""
    data = None if body is None else json.dumps(body)
    try:
        # PoolManager knows no proxies: a proxy variable of the environment does not catch loopback here.
        with urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=2, read=20)) as pool:
            answer = pool.request(method, url, body=data, headers={"Content-Type": MEDIA_TYPE})
            text = answer.data.decode("utf-8", "replace")
    except urllib3.exceptions.HTTPError as e:
        raise LabError(f"the schema registry does not answer at {url}", details=str(e), hint="./streamlings status") from e
    if answer.status == 404:
        raise LookupError(url)
    if answer.status >= 400:
        raise LabError(f"the schema registry refused {method} {url}: {answer.status}", details=text[:800])
    try:
        return json.loads(text)
    except ValueError as e:
        raise LabError(f"what answers at {url} is no schema registry", details=text[:200], hint="./streamlings status") from e
