"""A warm PyFlink process: everything slow is done before it is given a program (`python -m streamlings.worker.host NAME ADDRESS`); in a
lab of a batch, all that does not take a job.

It listens on loopback. A client that knows the token opens two connections: on the first it sends one JSON line naming the program
and its environment, and gets one with the exit code; the second becomes the program's stdout and stderr. For a learner's program the
process is used once and then killed; the course's own programs may share one (`dev check`).

Jobs go to the lab's cluster over REST from PyFlink's local gateway. `flink run`, which SUBMIT_ARGS=remote would use, uploads the 42 MB
flink-python jar with every job: 1.4 s a submission in place of 0.4 s (measured); the cluster has that jar already.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamlings.paths import state_folder
from streamlings.servers import java
from streamlings.servers.flink import TAG
from streamlings.worker.execute import execute

WARM_UP_JOB = "streamlings: warming up"


@dataclass(frozen=True)
class Jvm:
    """The Java side of this process. `settings` is Flink's configuration, of which each environment of a program takes a copy."""

    thread: Any
    class_loader: Any
    settings: Any

    def forget_the_program(self) -> None:
        """Each table environment puts one more class loader around its thread's own (pyflink.util.java_utils): after a hundred programs,
        a class that is looked up passes through a hundred of them."""
        self.thread.currentThread().setContextClassLoader(self.class_loader)


def warm_up(rest_address: str) -> Jvm:
    """The same as `connect`; then run a small job, so that classes are loaded and compiled."""
    jvm = connect(rest_address)
    _throw_away_query()
    return jvm


def connect(rest_address: str) -> Jvm:
    """Start the gateway, and point it at the cluster."""
    from pyflink.java_gateway import get_gateway

    jvm = get_gateway().jvm
    settings = jvm.org.apache.flink.configuration.GlobalConfiguration.loadConfiguration()  # of FLINK_CONF_DIR
    host, port = rest_address.split(":")
    for key, value in {"execution.target": "remote", "execution.attached": "true", "rest.address": host, "rest.port": port}.items():
        settings.setString(key, value)
    no_limit = 2**31 - 1
    class_loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    jvm.org.apache.flink.client.program.StreamContextEnvironment.setAsContext(
        jvm.org.apache.flink.core.execution.DefaultExecutorServiceLoader(),
        settings,
        class_loader,
        no_limit,
        no_limit,
        False,
        None,
        None,
        jvm.java.util.ArrayList(),
    )
    return Jvm(jvm.java.lang.Thread, class_loader, settings)


def _throw_away_query() -> None:
    import pyflink.fn_execution  # noqa: F401  (Beam, pandas and more: 1.7 s, which a program with Python functions would need)
    from pyflink.datastream import StreamExecutionEnvironment  # noqa: F401  (imported for the program that comes)
    from pyflink.datastream.connectors.kafka import KafkaSource  # noqa: F401
    from pyflink.table import EnvironmentSettings, TableEnvironment

    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    tables.get_config().set("pipeline.name", WARM_UP_JOB)
    kafka = "'connector'='kafka', 'topic'='none', 'properties.bootstrap.servers'='127.0.0.1:1', 'format'='json'"
    tables.execute_sql(
        "CREATE TABLE orders (customer STRING, amount DECIMAL(10, 2), placed TIMESTAMP_LTZ(3),"
        " WATERMARK FOR placed AS placed - INTERVAL '1' SECOND)"
        f" WITH ({kafka}, 'scan.startup.mode'='earliest-offset')"
    )
    tables.execute_sql(f"CREATE TABLE totals (customer STRING, start_ TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2)) WITH ({kafka})")
    tables.explain_sql(
        "INSERT INTO totals SELECT customer, window_start, COUNT(*), SUM(amount) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed),"
        " INTERVAL '1' MINUTE)) GROUP BY customer, window_start, window_end"
    )
    tables.execute_sql("CREATE TABLE nowhere (n INT) WITH ('connector'='blackhole')")
    tables.execute_sql("INSERT INTO nowhere VALUES (1)").wait()


def serve(name: str, jvm: Jvm) -> None:
    """Announce readiness in `workers/NAME.json` and run programs until killed."""
    listener = socket.create_server(("127.0.0.1", 0))
    token = secrets.token_hex(16)
    ready = state_folder() / "workers" / f"{name}.ready"
    announcement = ready.with_suffix(".tmp")
    announcement.touch(mode=0o600)
    announcement.write_text(json.dumps({"port": listener.getsockname()[1], "token": token, "pid": os.getpid()}))
    announcement.replace(ready)
    while True:
        control = _accept(listener, token)
        output = _accept(listener, token)
        with control, output:
            request = json.loads(_line(control))
            jvm.forget_the_program()
            jvm.settings.setString("parallelism.default", str(request["parallelism"]))
            jvm.settings.setString("pipeline.global-job-parameters", f"{TAG}:{request['env']['STREAMLINGS_PREFIX']}")
            with _only_while_wanted(control):
                code = _run(request, output)
            control.sendall(json.dumps({"exit_code": code}).encode() + b"\n")


@contextmanager
def _only_while_wanted(control: socket.socket) -> Iterator[None]:
    """Let the program run only as long as whoever asked for it is there: where the command is killed, this process ends."""
    over = threading.Event()

    def watch() -> None:
        try:
            gone = not control.recv(1)
        except OSError:
            gone = True
        if gone and not over.is_set():
            os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _accept(listener: socket.socket, token: str) -> socket.socket:
    while True:
        connection, _ = listener.accept()
        connection.settimeout(5)
        try:
            if secrets.compare_digest(_line(connection), token):
                connection.settimeout(None)
                return connection
        except OSError:
            pass
        connection.close()


def _line(connection: socket.socket) -> str:
    """One line, read byte by byte so that nothing behind it is taken."""
    received = b""
    while not received.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            break
        received += byte
    return received.decode().rstrip("\n")


def _run(request: dict[str, Any], output: socket.socket) -> int:
    before, modules, here = dict(os.environ), set(sys.modules), os.getcwd()
    keep = [os.dup(1), os.dup(2)]
    os.environ.update(request["env"])
    program = Path(request["program"])
    os.chdir(request["cwd"])
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    try:
        return execute(program)
    finally:
        for saved, descriptor in zip(keep, (1, 2), strict=True):
            os.dup2(saved, descriptor)
            os.close(saved)
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)
        for added in set(sys.modules) - modules:
            if str(program.parent) in str(getattr(sys.modules[added], "__file__", None)):
                del sys.modules[added]


if __name__ == "__main__":
    serve(sys.argv[1], connect(sys.argv[2]) if java.brief() else warm_up(sys.argv[2]))
