"""`./streamlings docs`: the site on this machine."""

from __future__ import annotations

import os

from streamlings import jars
from streamlings.errors import UsageError
from streamlings.paths import ROOT
from streamlings.servers import process


def serve(port: int | None) -> None:
    """Build the site and serve it on loopback until Ctrl-C, anew when a page changes. Raises UsageError for a port that is taken."""
    if port is not None and process.listens(port):
        raise UsageError(f"port {port} is taken", hint="another --port, or none: then a free one is found")
    jars.fetch("site")  # here, where a failure gets its line and its hint
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    from mkdocs.__main__ import cli

    address = f"127.0.0.1:{port or process.free_ports(1)[0]}"
    cli(["serve", "--config-file", str(ROOT / "mkdocs.yml"), "--dev-addr", address], standalone_mode=False)
