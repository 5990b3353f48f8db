"""`up` and `status`, in words."""

from __future__ import annotations

import json
import time

from streamlings.errors import UsageError
from streamlings.servers import backends, external, state
from streamlings.servers.native import BELONGS
from streamlings.servers.say import Say


def up(servers: list[str], addresses: dict[str, str], say: Say) -> None:
    """Bring up the servers named, or Kafka and Flink, or use those at `addresses`; print where they are."""
    from streamlings.worker import pool

    if addresses:
        if backends.chosen() != "external":
            raise UsageError(f"--{next(iter(addresses))} is for servers that exist already", hint="./streamlings up --backend external ...")
        external.use(addresses)

    unknown = [s for s in servers if s not in BELONGS]
    if unknown:
        raise UsageError(f"there is no server {unknown[0]!r}", hint="the servers are " + ", ".join(BELONGS))
    began = time.monotonic()
    lab = backends.up(needs=set(servers) or set(addresses) or {"kafka", "flink"}, say=say)
    if lab.flink:
        pool.warm(lab.flink)
    say(f"the lab is up ({time.monotonic() - began:.1f} s)")
    status(as_json=False)


def status(*, as_json: bool) -> None:
    """Print each server's address, and which of its processes run."""
    lab = state.read()
    rows = {}
    for server, names in BELONGS.items():
        processes = {n: p for n, p in lab.processes.items() if n.split("-")[0] in names}
        address = str(getattr(lab, server))
        running = bool(address) and all(p.alive() for p in processes.values()) and (bool(processes) or lab.backend == "external")
        ended = [n for n, p in processes.items() if not p.alive()]
        rows[server] = {"address": address, "running": running, "ended_by_itself": ended, "pids": {n: p.pid for n, p in processes.items()}}
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    for server, row in rows.items():
        where = f"http://{row['address']}" if server == "flink" else str(row["address"])
        said = where if row["running"] else "not running"
        if row["ended_by_itself"]:
            said = f"ended by itself: {', '.join(row['ended_by_itself'])}   hint: ./streamlings up"  # type: ignore[arg-type]
        print(f"{server:<10} {said}")
