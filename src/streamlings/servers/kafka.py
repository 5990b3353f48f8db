"""The Kafka broker: one node in KRaft mode (broker and controller), listeners on loopback, data kept between runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from confluent_kafka.admin import AdminClient

from streamlings.errors import ServerCrashed
from streamlings.servers import java, process
from streamlings.servers.process import Process

CLUSTER_ID = "c3RyZWFtbGluZ3MtbGFiMQ"  # any 16 bytes in URL-safe base64; one broker needs no better

# One broker: internal topics have one replica and few partitions. The first rebalance waits for nobody. A broker
# that was killed is let in again after its old session has run out: 3 s, where the default is 9 s.
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners={listeners},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners={advertised}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=4000000
log.segment.delete.delay.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""

LOGGING = """\
rootLogger.level=WARN
rootLogger.appenderRef.out.ref=out
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=INFO
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{HH:mm:ss,SSS} %-5p %c{1} %m%n
"""


def admin(address: str) -> AdminClient:
    """A client for topics and groups. Keep it in a variable: its requests end with it."""
    return AdminClient({"bootstrap.servers": address, "log_level": 0})


class Kafka:
    """Starts and stops the broker whose files live in `folder`."""

    def __init__(self, folder: Path, jars: list[Path], *, heap_mb: int = 256) -> None:
        self.folder, self.jars, self.heap_mb = folder, jars, heap_mb
        self.log = folder / "kafka.log"

    def start(self, port: int, controller_port: int) -> Process:
        """Format the data folder where that was not done, and start; returns before the broker is ready."""
        here = f"PLAINTEXT://127.0.0.1:{port}"
        settings = SETTINGS.format(listeners=here, advertised=here, controller_port=controller_port, data=self.folder / "data")
        return process.start("kafka", self.prepare(settings), log=self.log)

    def prepare(self, settings: str) -> list[str]:
        """Write its settings, and format the data folder where that was not done; the command that starts it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.properties").write_text(LOGGING)
        file = self.folder / "server.properties"
        file.write_text(settings)
        if not (self.folder / "data" / "meta.properties").exists():
            self._format(file)
        self.log.unlink(missing_ok=True)
        return self._command("kafka", "kafka.Kafka", [str(file)])

    def set_data_aside(self) -> Path:
        """Move data that a broker could not start from (a machine's crash may leave such) to `data.unreadable-N`."""
        aside = next(p for n in range(1, 1000) if not (p := self.folder / f"data.unreadable-{n}").exists())
        (self.folder / "data").rename(aside)
        return aside

    def _format(self, settings: Path) -> None:
        arguments = ["format", "-t", CLUSTER_ID, "-c", str(settings)]
        done = subprocess.run(self._command("kafka-storage", "kafka.tools.StorageTool", arguments), capture_output=True, text=True)
        if done.returncode != 0:
            raise ServerCrashed("Kafka's data folder could not be formatted", details=(done.stdout + done.stderr)[-2000:])

    def _command(self, name: str, main: str, arguments: list[str]) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}"
        return java.command(name, main, self.jars, heap_mb=self.heap_mb, options=[java.QUICK_COMPILER, logging], arguments=arguments)
