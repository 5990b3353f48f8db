"""The Flink session cluster: a JobManager with its web page, and TaskManagers that can be killed and replaced.

Started as plain Java commands, not by Flink's scripts: those start three more JVMs to compute memory sizes, which are given here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path, PurePosixPath

import ruamel.yaml

from streamlings.servers import java, process
from streamlings.servers.flink_home import flink_home
from streamlings.servers.process import Process

SLOTS = 8
TAG = "streamlings"
"""A job parameter that names the check to which a job belongs; Flink's REST API shows it."""

# What a learner's job decides (checkpointing, restart strategy, parallelism) is left at Flink's defaults. What makes a lab quick to
# watch and to recover is not: metrics and the web page are fresh to 100 ms, a killed TaskManager is noticed in a second or two.
SETTINGS: dict[str, object] = {
    "parallelism.default": 1,
    "metrics.fetcher.update-interval": 40,
    "web.refresh-interval": 100,
    # ms. By default a question to a TaskManager that was killed blocks all metrics for ten minutes; but a submission has to come through in
    # that time, too, on a machine that is busy.
    "web.timeout": 10_000,
    # How many jobs that have ended are remembered. With each update of the metrics Flink looks at every metric of every job that it knows
    # (MetricStore.retainSubtasks compiles a pattern for each): with 50 of them, half of the JobManager's time went there.
    "jobstore.max-capacity": 8,
    # Between two tasks, records wait for a full buffer or for this time (by default 100 ms); a watermark is made as often (200 ms).
    "execution.buffer-timeout.interval": "10 ms",
    "pipeline.auto-watermark-interval": "20 ms",
    "slotmanager.requirement-check.delay": "1 ms",  # by default every job begins 50 ms later, for others might come that want slots
    "table.local-time-zone": "UTC",
    "pipeline.global-job-parameters": f"{TAG}:by-hand",  # a check's worker puts the check's name in its place
    "heartbeat.interval": 500,
    # A TaskManager that was killed is missed sooner: after two heartbeats that could not be delivered (heartbeat.rpc-failure-threshold).
    "heartbeat.timeout": 20_000,
    "restart-strategy.fixed-delay.delay": "200 ms",
    "python.execution-mode": "thread",
    "python.client.executable": sys.executable,
    "taskmanager.numberOfTaskSlots": SLOTS,
    "taskmanager.cpu.cores": 2,
    "taskmanager.memory.framework.heap.size": "128mb",
    "taskmanager.memory.framework.off-heap.size": "64mb",
    "taskmanager.memory.task.heap.size": "512mb",
    "taskmanager.memory.task.off-heap.size": "64mb",
    "taskmanager.memory.managed.size": "256mb",
    "taskmanager.memory.network.min": "64mb",
    "taskmanager.memory.network.max": "64mb",
    "taskmanager.memory.jvm-metaspace.size": "256mb",
    "taskmanager.memory.jvm-overhead.min": "192mb",
    "taskmanager.memory.jvm-overhead.max": "192mb",
}
PATIENT = "-Dpekko.remote.classic.startup-timeout=60s"
"""By default a server that gets no processor for 10 s at its start gives up; Flink's pekko.startup-timeout sets an older name of this."""
JOBMANAGER_HEAP_MB, TASKMANAGER_HEAP_MB = 384, 640
"""TASKMANAGER_HEAP_MB is framework.heap + task.heap of the settings above."""


LOGGING = """\
rootLogger.level=INFO
rootLogger.appenderRef.file.ref=file
appender.file.type=RollingFile
appender.file.name=file
appender.file.fileName=${sys:log.file}
appender.file.filePattern=${sys:log.file}.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d{HH:mm:ss,SSS} %-5p %c{1} %m%n
appender.file.policies.type=Policies
appender.file.policies.size.type=SizeBasedTriggeringPolicy
appender.file.policies.size.size=20MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max=2
logger.kafka.name=org.apache.kafka
logger.kafka.level=WARN
"""


class Flink:
    """Starts JobManager and TaskManagers whose files (configuration, logs, checkpoints) live in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.conf = folder, folder / "conf"

    def configure(
        self, ports: dict[str, int], *, host: str = "127.0.0.1", listen: str = "127.0.0.1", kept: str = "", python: str = sys.executable
    ) -> None:
        """Write the configuration that the cluster and every PyFlink client read. `ports`: rest, rpc, blob.

        The REST API listens at `listen` and is found at `host`. Checkpoints and savepoints are written below `kept` (`folder`, where none
        is given), a path of the TaskManagers, as `python` is.
        """
        kept = kept or str(self.folder)
        settings = SETTINGS | {
            "jobmanager.rpc.address": "127.0.0.1",
            "jobmanager.bind-host": "127.0.0.1",
            "jobmanager.rpc.port": ports["rpc"],
            "blob.server.port": ports["blob"],
            "rest.address": host,
            "rest.bind-address": listen,
            "rest.port": ports["rest"],
            "taskmanager.host": "127.0.0.1",
            "taskmanager.bind-host": "127.0.0.1",
            "io.tmp.dirs": str(self.folder / "tmp"),
            "execution.checkpointing.dir": PurePosixPath(kept, "checkpoints").as_uri(),
            "execution.checkpointing.savepoint-dir": PurePosixPath(kept, "savepoints").as_uri(),
            "python.executable": python,
            "env.java.opts.all": " ".join(self._module_options()),
        }
        self._write(settings)

    def configure_client(self, host: str, port: int) -> None:
        """The configuration that PyFlink's clients need for a cluster on other machines. Where checkpoints and savepoints are written, and
        with which Python functions run, it says itself: a path of this machine, which a job would bring along, is none there."""
        mine = {"rest.address": host, "rest.port": port, "io.tmp.dirs": str(self.folder / "tmp"), "python.executable": "python"}
        self._write(SETTINGS | mine | {"env.java.opts.all": " ".join(self._module_options())})

    def _write(self, settings: dict[str, object]) -> None:
        self.conf.mkdir(parents=True, exist_ok=True)
        for name in ("tmp", "checkpoints", "savepoints", "log"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.conf / "config.yaml").write_text("".join(f"{k}: {v}\n" for k, v in settings.items()))
        for name in ("log4j.properties", "log4j-cli.properties", "log4j-session.properties"):
            (self.conf / name).write_text(LOGGING)

    def start_jobmanager(self) -> Process:
        return self._start("jobmanager", self.jobmanager())

    def start_taskmanager(self, name: str) -> Process:
        """A TaskManager whose id in Flink's REST API is `name`, such as "taskmanager-2"."""
        return self._start(name, self.taskmanager(name))

    def jobmanager(self) -> list[str]:
        """The command that starts one, in the environment `environment`."""
        main = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
        return self._command("jobmanager", main, JOBMANAGER_HEAP_MB, [java.QUICK_COMPILER], [])

    def taskmanager(self, name: str) -> list[str]:
        """The same for a TaskManager."""
        main = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
        options = ["-XX:MaxMetaspaceSize=256m", "-XX:MaxDirectMemorySize=192m", *([java.QUICK_COMPILER] if java.brief() else [])]
        return self._command(name, main, TASKMANAGER_HEAP_MB, options, ["-D", f"taskmanager.resource-id={name}"])

    def environment(self) -> dict[str, str]:
        """Of both: this process's, and what Java and Python in them need."""
        # PYTHONPATH: in thread mode the TaskManager embeds Python and must find pemja and pyflink.
        # MALLOC_ARENA_MAX: glibc's per-thread arenas otherwise double a JVM's resident memory.
        site = [p for p in sys.path if p.endswith("site-packages")]
        return os.environ | {"PYTHONPATH": os.pathsep.join(site), "MALLOC_ARENA_MAX": "2", "JAVA_HOME": str(java.home())}

    def _start(self, name: str, command: list[str]) -> Process:
        log = self.folder / "log" / f"{name}.log"
        log.unlink(missing_ok=True)
        return process.start(name, command, log=log, env=self.environment(), cwd=self.folder)

    def _command(self, name: str, main: str, heap_mb: int, options: list[str], arguments: list[str]) -> list[str]:
        log = self.folder / "log" / f"{name}.log"
        logging = [f"-Dlog.file={log}", f"-Dlog4j.configurationFile={self.conf / 'log4j.properties'}"]
        return java.command(
            name.split("-")[0],
            main,
            sorted((flink_home() / "lib").glob("*.jar")),
            heap_mb=heap_mb,
            options=[*options, PATIENT, *self._module_options(), *logging],
            arguments=["--configDir", str(self.conf), *arguments],
        )

    def _module_options(self) -> list[str]:
        """The --add-exports/--add-opens that Flink's own default configuration names."""
        defaults = ruamel.yaml.YAML(typ="safe").load((flink_home() / "conf" / "config.yaml").read_text())
        return str(defaults["env"]["java"]["opts"]["all"]).split()
