"""`watch` on a terminal: a session in a frame."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser

from streamlings.report import board, pages
from streamlings.watch.frame import Around, Frame
from streamlings.watch.keys import press
from streamlings.watch.session import Session

LINES = {"up": -1, "down": 1, "home": -(10**6), "end": 10**6}
"""Keys that move the page, by so many lines."""
SCREENS = {"pageup": -1, "pagedown": 1, " ": 1}
"""Keys that move it by what is seen of it, but for two lines to go on from."""
CLOCK_S = 0.1
TEXT_BROWSERS = ("w3m", "lynx", "links", "elinks", "www-browser")
"""They would take the terminal."""


class Screen:
    """Shows a session until it is over."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._frame = Frame(self._around, self._draw, self._pressed)
        self._drawn: tuple[tuple[object, ...], list[str]] = ((), [])
        self._height = 0
        session.changed = self._frame.redraw

    async def show(self) -> None:
        """Returns when the session is over, or the terminal is gone."""
        self._session.over.add_done_callback(lambda _: self._frame.app.is_running and self._frame.app.exit())
        clock = asyncio.create_task(self._show_time_passing())
        try:
            await self._frame.app.run_async(handle_sigint=False)
        except (EOFError, OSError):  # the terminal was closed
            pass
        finally:
            clock.cancel()

    async def _show_time_passing(self) -> None:
        """While a check goes on, and at no other time: nothing is sent over a wire that says nothing new."""
        while True:
            await asyncio.sleep(CLOCK_S)
            if self._session.phase == "checking":
                self._frame.redraw()

    def _around(self) -> Around:
        said, following = board.status(self._session)
        return Around(board.head(self._session), said, following, board.keys(self._session))

    def _draw(self, width: int, height: int) -> tuple[list[str], int]:
        session = self._session
        page, self._height = self._page(width), height
        session.top = max(0, min(session.top, len(page) - height))
        if session.page == "list":
            marked = next((n for n, line in enumerate(page) if ">" in line[:12]), 0)
            session.top = max(0, min(session.top, marked), marked - height + 1)
        return page, session.top

    def _page(self, width: int) -> list[str]:
        """Made anew only where something of it has changed."""
        s = self._session
        hints = len(s.hints) if s.page == "hints" else 0
        timeline = len(s.timeline) if s.timeline is not None else -1
        marked = s.chooser.marked.id if s.chooser.marked else ""
        flink = s.flink if s.page == "places" else ""
        key = (width, s.page, s.exercise.id, id(s.result), len(s.shortest), timeline, hints, marked, s.chooser.words, flink, s.phase)
        if key != self._drawn[0]:
            self._drawn = key, pages.lines(s, width - 2)
            if s.page == "verdict" and s.phase == "judged" and not s.top:
                s.top = next((n for n, line in enumerate(self._drawn[1]) if "FAILED" in line), 0)
        return self._drawn[1]

    def _pressed(self, key: str) -> None:
        session = self._session
        if key == "ctrl-c":
            session.quit()
        elif key in LINES | SCREENS and session.page != "list" and not session.asks_reset:
            session.top += LINES.get(key, 0) + SCREENS.get(key, 0) * max(1, self._height - 2)
            session.changed()
        else:
            press(session, key)
            if key == "o" and session.page == "places":
                self._open_in_browser()

    def _open_in_browser(self) -> None:
        """Flink's page, where this machine has a browser with a window: over ssh nobody would see it."""
        has_windows = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        flink = self._session.flink
        if not flink or "SSH_CONNECTION" in os.environ or not has_windows:
            return
        try:
            browser = webbrowser.get()
        except webbrowser.Error:
            return
        if getattr(browser, "name", "") not in TEXT_BROWSERS:
            asyncio.get_running_loop().run_in_executor(None, browser.open, f"http://{flink}")
