"""What stands around a page of `watch`: where you are, what goes on, what to do next, and which keys there are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from streamlings.paths import shown

if TYPE_CHECKING:
    from streamlings.watch.session import Session

WORDS = {"passed": "passed", "failed": "not yet", "could_not_check": "could not check"}


def head(session: Session) -> tuple[str, str]:
    """Left and right: the exercise, and how many have passed."""
    exercise = session.exercise
    mark = "  passed" if exercise.id in session.passed else ""
    return f"{exercise.id}  {exercise.title}{mark}", f"{len(session.passed)} of {len(session.course.exercises)} passed"


def status(session: Session) -> tuple[str, str]:
    """What goes on, and what to do next."""
    if session.asks_reset:
        return (
            f"Put a fresh starter in the place of {session.exercise.file}? Your version is kept beside it.",
            "y does it, any other key does not",
        )
    doing = {"ready": _ready, "stopping": _stopping, "checking": _checking, "judged": _judged}[session.phase]
    said, following = doing(session)
    if session.page == "list":
        return f"search: {session.chooser.words}", "Type a word to search; up and down choose, Enter opens it, Esc goes back."
    return said, following


def keys(session: Session) -> list[tuple[str, str]]:
    """The keys that do something now, each with a word."""
    if session.asks_reset:
        return [("y", "reset"), ("any other", "keep")]
    if session.page == "list":
        return [("Enter", "open"), ("Esc", "back")]
    exercise, page = session.exercise, session.page
    shown = [
        ("n", "next", session.following is not None),
        ("p", "previous", exercise != session.course.exercises[0]),
        ("e", "exercise", page != "task"),
        ("v", "verdict", session.result is not None and page != "verdict"),
        ("h", "hint", True),
        ("s", "solution", exercise.id in session.passed and page != "solution"),
        ("t", "timeline", session.result is not None and page != "timeline"),
        ("x", "another seed" if session.result else "check now", session.phase != "stopping"),
        ("o", "open", True),
        ("l", "list", True),
        ("r", "reset", True),
        ("q", "quit", True),
    ]
    return [(key, word) for key, word, there in shown if there]


def _ready(session: Session) -> tuple[str, str]:
    edit = f"Edit {shown(session.exercise.work)} and save it: it is checked at once."
    ready = "ready" if session.exercise.servers else "ready: no server is needed"
    ready = f"not ready: {session.obstacle}" if session.obstacle else ready
    return session.note or (_starting(session) if session.preparing else ready), edit


def _starting(session: Session) -> str:
    servers = sorted(session.exercise.servers)
    return session.said or ("starting what it needs: " + ", ".join(servers) if servers else "")


def _stopping(session: Session) -> tuple[str, str]:
    return f"{session.note or 'once more'}; the check that went on is being ended", "then this version is checked"


def _checking(session: Session) -> tuple[str, str]:
    seconds = time.monotonic() - session.began
    now = session.happening
    parts = [session.note or "checking", f"checking {seconds:.1f} s" if session.note else f"{seconds:.1f} s"]
    if now.get("sent"):
        parts.append(f"sent {now['sent']}")
    if now.get("watermark"):
        parts.append(f"watermark {now['watermark']}")
    if now.get("rows"):
        parts.append(f"rows {now['rows']}")
    awaits = f"waiting for {now['awaits']}" if now.get("awaits") else _starting(session) if session.preparing else session.said
    awaits = awaits or "starting your program"
    return "   ".join(parts), f"{now['newest']}; {awaits}" if now.get("newest") else awaits


def _judged(session: Session) -> tuple[str, str]:
    result = session.result
    assert result is not None
    of = f"{session.exercise.file} of {time.strftime('%H:%M:%S', time.localtime(session.checked_at))}"
    said = session.note or f"{of}: {WORDS[result.outcome]}, {result.seconds:.2f} s"
    if result.outcome == "passed":
        following = session.following
        onward = f"n goes on: {following.title} ({following.minutes} min)." if following else "That was the last one."
        return said, f"Passed. {onward} s shows a solution and why it works."
    if result.outcome == "could_not_check":
        return said, "This says nothing about your program. x tries again."
    left = len(session.exercise.hints) - len(session.hints)
    return said, f"Change {session.exercise.file} and save it" + ("; h gives a hint." if left else "; e shows the task once more.")
