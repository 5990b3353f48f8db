"""One broker of a check's own: its settings and ports, the proxies before it, its files; started, killed, started again on its disk."""

from __future__ import annotations

import shutil
import struct
import tempfile
from pathlib import Path

from streamlings.paths import state_folder
from streamlings.servers import broker, process, requests
from streamlings.servers.kafka import Kafka
from streamlings.servers.kept import KeptServer
from streamlings.stage.batches import batches
from streamlings.stage.kafka_proxy import KafkaProxy

READY_S = 120
"""A busy machine may need so long to start three of them."""

# Nothing happens by itself because a machine is slow: a follower that does not fetch stays in sync for two minutes, a broker that says
# nothing is let go after half a minute (`OwnBrokers.kill` tells the controller at once), a leader's place is not given back. One broker
# alone is let in again only after its old session has run out, so that is short.
SETTINGS = """\
process.roles={roles}
node.id={node}
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=CLIENTS://127.0.0.1:{port},REPLICAS://127.0.0.1:{replica_port}{controller_listener}
advertised.listeners=CLIENTS://127.0.0.1:{advertised},REPLICAS://127.0.0.1:{advertised_replica}
inter.broker.listener.name=REPLICAS
controller.listener.names=CONTROLLER
listener.security.protocol.map=CLIENTS:PLAINTEXT,REPLICAS:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
auto.leader.rebalance.enable=false
default.replication.factor={count}
min.insync.replicas={in_sync}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
replica.lag.time.max.ms=120000
broker.session.timeout.ms={session_ms}
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=4000000
num.network.threads=2
num.io.threads=4
"""


class OwnBroker:
    """Broker number `node` of `count`; number 1 is also the controller. Where it is `proxied`, it advertises a proxy to its clients, and
    another one to the other brokers: a client or a follower gets through no other way."""

    def __init__(self, node: int, count: int, *, folder: Path, prefix: str, proxied: bool, heap_mb: int) -> None:
        self.node, self.count, self._prefix = node, count, prefix
        self._kafka = Kafka(folder / str(node), broker.classpath(), heap_mb=heap_mb)
        self.clients = KafkaProxy() if proxied else None
        self.replicas = KafkaProxy() if proxied else None
        self._server: KeptServer | None = None
        self.choose_ports()

    def choose_ports(self) -> None:
        """Free ones of this machine. (Another program may take one before the broker does.)"""
        self.port, self.replica_port, self.controller_port = process.free_ports(3)
        if self.clients and self.replicas:
            self.clients.target, self.replicas.target = self.port, self.replica_port

    @property
    def advertised(self) -> str:
        """What its clients connect to."""
        return f"127.0.0.1:{self.clients.port if self.clients else self.port}"

    @property
    def data(self) -> Path:
        """The folder with its log files."""
        return self._kafka.folder / "data"

    @property
    def runs(self) -> bool:
        """Whether it was started, and not killed since."""
        return self._server is not None

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        assert self._server is not None
        return self._server.process.pid

    def appended(self, topic: str, *, partitions: int = 1) -> int:
        """How many records it has in its own log of a topic, replicated or not."""
        return sum(batch.records for batch in batches(self.data, topic, partitions))

    def start(self, controller_port: int) -> None:
        """Start it on what is on its disk; returns before it is ready."""
        if self._formatted.exists() and not self.data.exists():
            shutil.copytree(self._formatted, self.data)  # formatting takes a JVM of its own, each time
        command = self._kafka.prepare(self._settings(controller_port))
        if not self._formatted.exists():
            self._formatted.parent.mkdir(parents=True, exist_ok=True)  # no broker of the lab has been started yet, perhaps
            made = Path(tempfile.mkdtemp(dir=self._formatted.parent))
            shutil.copytree(self.data, made, dirs_exist_ok=True)
            try:
                made.rename(self._formatted)
            except OSError:  # another command was quicker
                shutil.rmtree(made)
        env = {"STREAMLINGS_PREFIX": self._prefix}  # by which cleanup.kill_leftovers finds it, should its keeper be gone
        self._server = KeptServer(f"broker {self.node}", command, log=self._kafka.log, env=env)

    def until_ready(self) -> None:
        """Wait until it answers, and has ids for producers. Raises ServerCrashed where it does not come up."""
        assert self._server is not None
        process.until_ready(self._server.process, self._is_ready, deadline_s=READY_S)

    def _is_ready(self) -> bool:
        try:
            return broker.answers(f"127.0.0.1:{self.port}") and requests.gives_producer_ids(self.port)
        except (OSError, struct.error):
            return False

    def kill(self) -> None:
        """SIGKILL: its clients' connections break, as they do when a machine loses its power. Its disk stays."""
        if self._server is not None:
            process.kill(self._server.process)
            self._server.end()
            self._server = None

    def close(self) -> None:
        """Kill it, and end its proxies."""
        for proxy in filter(None, (self.clients, self.replicas)):
            proxy.close()
        self.kill()

    @property
    def _formatted(self) -> Path:
        """An empty data folder of this broker, kept from the first time."""
        version = next(jar.stem for jar in self._kafka.jars if jar.name.startswith("kafka_"))
        return state_folder() / "kafka" / f"formatted-{version.replace('.', '_')}-{self.node}"

    def _settings(self, controller_port: int) -> str:
        is_controller = self.node == 1
        return SETTINGS.format(
            roles="broker,controller" if is_controller else "broker",
            node=self.node,
            count=self.count,
            in_sync=max(1, self.count - 1),
            session_ms=30_000 if self.count > 1 else 3_000,
            controller_port=controller_port,
            port=self.port,
            replica_port=self.replica_port,
            controller_listener=f",CONTROLLER://127.0.0.1:{controller_port}" if is_controller else "",
            advertised=self.clients.port if self.clients else self.port,
            advertised_replica=self.replicas.port if self.replicas else self.replica_port,
            data=self.data,
        )
