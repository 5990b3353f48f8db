"""The checker as `watch` sees it: started ahead of time, asked, listened to, and let go of when nobody wants its answer any more."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from streamlings import wait
from streamlings.paths import state_folder

Answer = dict[str, Any]
ENDS_S = 30
"""So long a checker may take to clear its stage; then it is killed, and the next check sweeps."""
MORE = 3
"""So many times as long at most, on a crowded machine: somebody waits."""
LONGEST_LINE = 2**26


class Checking:
    """One checker process. `told` gets each of its answers until it is let go of; {"ended": ITS LAST WORDS} where it ended by itself."""

    def __init__(self, told: Callable[[Answer], None]) -> None:
        self.gone = False
        """Whether it has ended."""
        self._told: Callable[[Answer], None] | None = told
        self._process: asyncio.subprocess.Process | None = None
        self._life = asyncio.ensure_future(self._live())
        self._asked: list[bytes] = []

    def ask(self, **request: object) -> None:
        self._asked.append(json.dumps(request).encode() + b"\n")
        self._send()

    async def end(self) -> None:
        """Let go of it: no answer is told any more. Returns when it has cleared its stage, and is gone."""
        self._told = None
        if self._process is None and not self._life.done():
            while self._process is None and not self._life.done():
                await asyncio.sleep(0.01)
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(asyncio.shield(self._life), ENDS_S * min(wait.crowding(), MORE))
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._life

    def _send(self) -> None:
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(b"".join(self._asked))
            self._asked.clear()

    async def _live(self) -> None:
        try:
            last_words = await self._answer()
        except OSError as e:  # such as a limit of processes, or a folder that nobody may write to
            last_words = str(e)
        self.gone = True
        self._tell({"ended": last_words})

    async def _answer(self) -> str:
        """Tell its answers until it has ended; its last words."""
        log = log_file()
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as err:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "streamlings.watch.checker"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=err,
                limit=LONGEST_LINE,
                start_new_session=True,  # a Ctrl-C on the terminal is for `watch`
            )
        self._send()
        assert self._process.stdout is not None
        async for answer in self._process.stdout:
            with suppress(ValueError):  # cut off in the middle: it was killed
                self._tell(json.loads(answer))
        await self._process.wait()
        return log.read_text(errors="replace")[-2000:].strip()

    def _tell(self, answer: Answer) -> None:
        if self._told is not None:
            self._told(answer)


def log_file() -> Path:
    """What checkers print that is no answer: only their last words before a crash matter."""
    return state_folder() / "watch" / "checker.log"
