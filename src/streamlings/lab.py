"""The surroundings of a learner's program: where the servers are, and what its topics, groups and folders are called.

    from streamlings import lab

    lab.kafka             # "127.0.0.1:51234", for bootstrap.servers
    lab.topic("orders")   # "orders"; during a check, the check's own copy
    lab.name("billing")   # the same for consumer groups, transactional ids, tables
    lab.folder("out")     # a folder for files
    lab.registry, lab.postgres, lab.flink

Importing it points PyFlink at the lab's cluster: a job that the program submits runs there, and outlives the program.
Asking for the address of a server that does not run raises LabIsDown, which says what to type.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

kafka: str
registry: str
postgres: str
flink: str


class LabIsDown(RuntimeError):
    """The server that the program asks for does not run."""


def topic(name: str) -> str:
    """The name of a Kafka topic: during a check the check's own copy; otherwise `name` itself, created where it does not exist."""
    if "STREAMLINGS_PREFIX" not in os.environ:
        from streamlings.cleanup import create_topics

        create_topics(_address("kafka"), {_scoped(name): 1})
    return _scoped(name)


def name(name: str) -> str:
    """The same for anything else that must not meet another program's: consumer groups, transactional ids, tables."""
    return _scoped(name)


def folder(name: str) -> Path:
    """A folder for files, made where it does not exist: during a check the check's own, otherwise one of the exercise."""
    root = Path(os.environ.get("STREAMLINGS_FOLDER") or files_of(Path(sys.argv[0]).resolve().parent.name))
    path = root / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def files_of(exercise_folder: str) -> Path:
    """Where the files of a program that is run by hand are; `./streamlings run` puts what the program is given there, in `in`."""
    return _state_folder() / "files" / exercise_folder


def _scoped(name: str) -> str:
    prefix = os.environ.get("STREAMLINGS_PREFIX")
    if prefix is None:
        from streamlings.servers import state

        prefix = state.read().prefix
    return prefix + name


def _state_folder() -> Path:
    from streamlings.paths import state_folder

    return state_folder()


def _address(server: str) -> str:
    given = os.environ.get(f"STREAMLINGS_{server.upper()}")
    if given:
        return given
    from streamlings.servers import state

    address = str(getattr(state.read(), server))
    if not address:
        raise LabIsDown(f"{server} does not run in this lab. hint: ./streamlings up {server}")
    return address


def __getattr__(name: str) -> str:
    if name in ("kafka", "registry", "postgres", "flink"):
        return _address(name)
    raise AttributeError(f"streamlings.lab has no {name!r}; it has kafka, topic, name, folder, registry, postgres, flink")


def _point_pyflink_at_the_lab() -> None:
    """Environment variables that PyFlink reads when it starts its JVM, which happens at the first use of an environment."""
    if "STREAMLINGS_PREFIX" in os.environ:
        return  # a check's process has its JVM already
    from streamlings.servers import state

    running = state.read()
    if running.flink:
        from streamlings.servers import java
        from streamlings.servers.flink_home import flink_home

        os.environ.setdefault("FLINK_HOME", str(flink_home()))
        os.environ.setdefault("FLINK_CONF_DIR", str(_state_folder() / "flink" / "conf"))
        os.environ.setdefault("JAVA_HOME", str(java.home()))
        os.environ.setdefault("SUBMIT_ARGS", f"remote -m {running.flink}")


_point_pyflink_at_the_lab()
