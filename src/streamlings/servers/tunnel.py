"""Lets the servers in containers reach a service of the grader: what connects to 127.0.0.1:PORT there comes out at that port here.

Both ends are this module. The inner one listens in the containers' network, and hands on what it gets through its stdin and stdout; the
engine's own `exec` is the way in between, so that nothing here has to listen anywhere but on loopback, and it works where containers
run in another machine (macOS, Windows).

Frames: connection uint32, kind uint8, length uint32, data.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import sys
import threading

from streamlings.errors import LabError

HEADER = struct.Struct(">IBI")
READY, OPEN, DATA, END = range(4)
CHUNK = 65_536
BEGINS_S = 60.0
"""So long the inner end may take until it listens."""


class TunnelEnd:
    """One end: frames come in at `incoming` and go out at `outgoing`."""

    def __init__(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter, port: int) -> None:
        self.incoming, self.outgoing, self.port = incoming, outgoing, port
        self._opened = 0
        self._connections: dict[int, asyncio.StreamWriter] = {}
        self._carrying: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """The inner end: until the other one is gone."""
        async with await asyncio.start_server(self._accept, "127.0.0.1", self.port):
            self._send(0, READY)
            await self.receive(lambda: None)

    async def receive(self, ready: object) -> None:
        """Hand on what comes in until the other end is gone. `ready` is called when it listens."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                connection, kind, length = HEADER.unpack(await self.incoming.readexactly(HEADER.size))
                data = await self.incoming.readexactly(length)
                if kind == READY and callable(ready):
                    ready()
                elif kind == OPEN:
                    await self._connect(connection)
                elif connection in self._connections:
                    await self._hand_on(connection, kind, data)
        for writer in self._connections.values():
            writer.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._opened += 1
        self._connections[self._opened] = writer
        self._send(self._opened, OPEN)
        await self._carry(self._opened, reader)

    async def _connect(self, connection: int) -> None:
        try:
            reader, self._connections[connection] = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            self._send(connection, END)
            return
        task = asyncio.create_task(self._carry(connection, reader))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _hand_on(self, connection: int, kind: int, data: bytes) -> None:
        writer = self._connections[connection]
        try:
            if kind == DATA:
                writer.write(data)
                await writer.drain()
            else:
                writer.write_eof()
        except OSError:
            self._send(connection, END)

    async def _carry(self, connection: int, reader: asyncio.StreamReader) -> None:
        """What comes from a connection goes to the other end, until it says no more."""
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                self._send(connection, DATA, data)
                await self.outgoing.drain()
        self._send(connection, END)

    def _send(self, connection: int, kind: int, data: bytes = b"") -> None:
        self.outgoing.write(HEADER.pack(connection, kind, len(data)) + data)


class Tunnel:
    """The outer end, and the process that is the way to the inner one; until `end`. Raises LabError where that does not come up."""

    def __init__(self, container: str, port: int, *, user: str = "") -> None:
        """`container` is the engine's name or id of one that has Python and this package; `user` its end's, where not its own."""
        as_user = ["--user", user] if user else []
        self._command = ["docker", "exec", *as_user, "-i", container, "python", "-m", "streamlings.servers.tunnel", str(port)]
        self._port, self._ready, self._over = port, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        if not self._ready.wait(BEGINS_S) or self._over.is_set():
            self.end()
            raise LabError(
                "the servers in containers cannot be given a way to this check's service", hint="./streamlings down, then up again"
            )

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        assert process.stdin is not None and process.stdout is not None
        self._task = asyncio.current_task()
        try:
            await TunnelEnd(process.stdout, process.stdin, self._port).receive(self._ready.set)
        except asyncio.CancelledError:
            pass
        finally:
            self._over.set()
            self._ready.set()
            process.stdin.close()
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    def end(self) -> None:
        """Close every connection, and end the inner end."""
        if self._thread.is_alive() and getattr(self, "_task", None) is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)  # type: ignore[union-attr]
        self._thread.join(timeout=10)


async def _inside(port: int) -> None:
    loop = asyncio.get_running_loop()
    incoming = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(incoming), sys.stdin)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout)
    await TunnelEnd(incoming, asyncio.StreamWriter(transport, protocol, None, loop), port).listen()


if __name__ == "__main__":
    asyncio.run(_inside(int(sys.argv[1])))
