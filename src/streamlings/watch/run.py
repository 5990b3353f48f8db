"""`watch` from its beginning to its end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from streamlings import jars, progress
from streamlings.course import Course, Exercise
from streamlings.servers import backends, state
from streamlings.watch.session import Session
from streamlings.welcome import FIRST_MINUTES

Say = Callable[[str], None]


def on_a_screen() -> bool:
    """Whether stdin and stdout are a terminal that can do more than lines."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb", "unknown")


def run(exercise: Exercise, *, down: bool, say: Say) -> None:
    """Watch until the learner leaves, and say what is left running; with `down` nothing is."""
    if exercise.servers:
        for group in FIRST_MINUTES:
            jars.fetch(group)  # with a bar, before the screen is taken
    asyncio.run(_watch(exercise, say))
    if down:
        ended = backends.down(say)
        say("ended " + ", ".join(ended) if ended else "the lab was not running")
        return
    running = state.read()
    names = [name for name in ("kafka", "flink", "registry", "postgres") if getattr(running, name)]
    passed = progress.read().passed
    exercises = Course().exercises
    say(f"{sum(each.id in passed for each in exercises)} of {len(exercises)} exercises passed; ./streamlings goes on where you are")
    if names:
        say(f"the lab stays up ({', '.join(names)}): ./streamlings down ends it")


async def _watch(exercise: Exercise, say: Say) -> None:
    session = Session(exercise)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, session.quit)
    try:
        if on_a_screen():
            from streamlings.watch.screen import Screen

            await Screen(session).show()
        else:
            from streamlings.watch.plain import Plain

            await Plain(session).show()
    finally:
        if session.busy:
            with suppress(OSError):  # the terminal may be gone
                say("ending the check that goes on")
        await session.close()
    if session.over.done():
        session.over.result()
