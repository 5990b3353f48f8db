"""`./streamlings docs`: the site on this machine."""

from __future__ import annotations

import importlib.util
import os
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from streamlings import jars
from streamlings.errors import UsageError
from streamlings.paths import ROOT, packed_site
from streamlings.servers import process
from streamlings.servers.say import Say


def serve(port: int | None, say: Say) -> None:
    """Build the site and serve it on loopback until Ctrl-C, anew when a page changes. Raises UsageError for a port that is taken.

    What builds it is not there where the course came from a pack: then the pack's site is served.
    """
    if port is not None and process.listens(port):
        raise UsageError(f"port {port} is taken", hint="another --port, or none: then a free one is found")
    port = port or process.free_ports(1)[0]
    if not importlib.util.find_spec("mkdocs"):
        return _serve_packed(port, say)
    jars.fetch("site")  # here, where a failure gets its line and its hint
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    from mkdocs.__main__ import cli

    cli(["serve", "--config-file", str(ROOT / "mkdocs.yml"), "--dev-addr", f"127.0.0.1:{port}"], standalone_mode=False)


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def _serve_packed(port: int, say: Say) -> None:
    with ThreadingHTTPServer(("127.0.0.1", port), partial(_Silent, directory=str(packed_site()))) as server, suppress(KeyboardInterrupt):
        say(f"Serving on http://127.0.0.1:{port}/")
        server.serve_forever()
