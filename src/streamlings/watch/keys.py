"""What each key of `watch` does."""

from __future__ import annotations

from collections.abc import Callable

from streamlings import progress, shop
from streamlings.watch.session import Session


def press(session: Session, key: str) -> None:
    """Do what a key is for; a key that is for nothing at this moment does nothing."""
    if session.asks_reset:
        _answer_reset(session, key)
    elif session.page == "list":
        _choose(session, key)
    elif key in KEYS:
        KEYS[key](session)
    session.changed()


def _next(session: Session) -> None:
    if (following := session.following) is not None:
        session.open(following)
    else:
        session.note = "this is the last exercise"


def _previous(session: Session) -> None:
    index = session.course.exercises.index(session.exercise)
    if index:
        session.open(session.course.exercises[index - 1])
    else:
        session.note = "this is the first exercise"


def _hint(session: Session) -> None:
    progress.hint_shown(session.exercise)
    session.show("hints")
    session.top = 10**6  # the newest one stands at the end


def _solution(session: Session) -> None:
    if session.exercise.id in session.passed:
        session.show("solution")
    else:
        session.note = "the solution opens when your program has passed; h gives a hint"


def _others(session: Session) -> None:
    session.note = "arrow keys, Space, PgUp, Home and End move the page; what the other keys do stands below"


def _another_seed(session: Session) -> None:
    session.seed = shop.draw_seed()
    session.check()


def _list(session: Session) -> None:
    session.chooser.begin(session.exercise, session.passed)
    session.show("list")


def _choose(session: Session, key: str) -> None:
    chosen = session.chooser.press(key)
    if chosen == "back":
        session.show("verdict" if session.result else "task")
    elif chosen is not None:
        session.open(chosen)


def _ask_to_reset(session: Session) -> None:
    session.asks_reset = True


def _answer_reset(session: Session, key: str) -> None:
    session.asks_reset = False
    if key == "y":
        session.reset()
    else:
        session.note = f"{session.exercise.file} stays as it is"


KEYS: dict[str, Callable[[Session], None]] = {
    "n": _next,
    "p": _previous,
    "h": _hint,
    "s": _solution,
    "t": lambda session: session.show("timeline"),
    "o": lambda session: session.show("places"),
    "l": _list,
    "r": _ask_to_reset,
    "x": _another_seed,
    "e": lambda session: session.show("task"),
    "v": lambda session: session.show("verdict" if session.result else "task"),
    "?": _others,
    "q": Session.quit,
}
