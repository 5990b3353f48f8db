"""`watch` in plain lines, where the terminal can do no more, or there is none: what happens is printed, and a key is a line."""

from __future__ import annotations

import asyncio
import os
import sys

from streamlings.report import board, pages
from streamlings.watch.keys import press
from streamlings.watch.session import Session

WIDTH = 100


class Plain:
    """Prints what changes in a session until it is over. Where stdin is a terminal, a line with a key's letter does what the key does."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page: tuple[object, ...] = ()
        self._said = ""
        session.changed = self._show

    async def show(self) -> None:
        loop = asyncio.get_running_loop()
        if sys.stdin.isatty():
            loop.add_reader(0, self._read)
        self._show()
        try:
            await self._session.over
        finally:
            if sys.stdin.isatty():
                loop.remove_reader(0)

    def _read(self) -> None:
        text = os.read(0, 1000).decode(errors="replace")
        if not text:
            self._session.quit()
        for line in text.splitlines():
            word = line.strip()
            if self._session.page == "list":
                for letter in word:
                    press(self._session, letter)
                press(self._session, "enter" if word else "escape")
            elif word:
                press(self._session, word[0])

    def _show(self) -> None:
        try:
            self._print()
        except OSError:  # nobody reads any more, as after `| head`
            self._session.quit()

    def _print(self) -> None:
        s = self._session
        page = (s.page, s.exercise.id, id(s.result), len(s.shortest), s.hints if s.page == "hints" else None, s.chooser.words)
        if page != self._page:
            self._page = page
            os.environ.setdefault("NO_COLOR", "1")
            print("\n" + "\n".join(without_codes(line) for line in pages.lines(s, WIDTH)) + "\n", flush=True)
        said = self._line()
        if said and said != self._said:
            self._said = said
            print(said, flush=True)

    def _line(self) -> str:
        """What is new, in a line; of a check that goes on, only that it does."""
        s = self._session
        if s.phase in ("checking", "stopping") and not s.asks_reset:
            return f"{s.note or 'checking'}: " + ("the check that went on is being ended" if s.phase == "stopping" else "checking")
        keys = "  ".join(f"{key} {word}" for key, word in board.keys(s))
        said, following = board.status(s)
        return f"{said}\n{following}" + (f"\n{keys}" if sys.stdin.isatty() else "")


def without_codes(line: str) -> str:
    """The text of a line that rich has written."""
    from rich.text import Text

    return Text.from_ansi(line).plain
