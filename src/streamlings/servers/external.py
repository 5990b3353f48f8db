"""A lab of servers that exist already: a workshop's shared cluster, a managed Kafka. Nothing of it is started or ended here."""

from __future__ import annotations

import re

from streamlings.errors import LabError, UsageError
from streamlings.servers import broker, postgres, registry, state
from streamlings.servers.cluster import flink
from streamlings.servers.rest import FlinkRest
from streamlings.servers.say import Say, quiet
from streamlings.servers.state import LabState

AT = r"[^\s:/@\[\]]+(:(?P<port>\d{1,5}))"
"""A host and its port. No IPv6 address: Kafka's clients and Flink's want different brackets around it."""
FORMS = {
    "kafka": (AT, "HOST:PORT"),
    "flink": (AT, "HOST:PORT"),
    "registry": (rf"https?://{AT}?(/\S*)?", f"http://HOST:PORT{registry.API}"),
    "postgres": (rf"postgresql://(\S+@)?{AT}?/\S+", "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"),
}
"""What an address of each server looks like: for the computer, and for people."""


def use(addresses: dict[str, str]) -> None:
    """Remember where the servers are ("kafka", "flink", "registry", "postgres"), once each of them answers. Raises LabError."""
    from streamlings.worker import pool

    with state.changing() as lab:
        if lab.processes:
            raise UsageError(f"the lab runs with --backend {lab.backend}", hint="./streamlings down ends it")
        for server, address in addresses.items():
            pattern, form = FORMS[server]
            found = re.fullmatch(pattern, address)
            if not found or not 0 < int(found["port"] or 1) < 65536:
                raise UsageError(f"{address!r} is no address of {server}", hint=f"such as --{server} {form}")
        pool.retire_all()
        asked = {
            "kafka": broker.answers,
            "flink": lambda at: FlinkRest(at).answers(),
            "registry": registry.answers,
            "postgres": postgres.answers_at,
        }
        for server, address in addresses.items():
            if not asked[server](address):
                raise LabError(f"no {server} answers at {address}", hint="is the address right, and reachable from here?")
        lab.__dict__.update(LabState().__dict__ | {"backend": "external"} | addresses)
        if lab.flink:
            host, _, port = lab.flink.rpartition(":")
            if lab.elsewhere:
                flink().configure_client(host, int(port))
            else:
                flink().configure({"rest": int(port), "rpc": 0, "blob": 0}, host=host)  # for PyFlink's clients


def up(*, needs: set[str], say: Say = quiet) -> LabState:
    """The lab as it was given to `use`. Raises UsageError where that did not name a server that is needed."""
    lab = state.read()
    missing = sorted(server for server in needs if not getattr(lab, server))
    if missing:
        options = " ".join(f"--{server} ADDRESS" for server in missing)
        raise UsageError(
            f"this lab has no {' and no '.join(missing)}", hint=f"./streamlings down, then: up --backend external {options} ..."
        )
    return lab


def down(say: Say = quiet) -> list[str]:
    """Forget the servers; they go on."""
    from streamlings.worker import pool

    with state.changing() as lab:
        pool.retire_all()
        lab.__dict__.update(LabState().__dict__)
        return []
