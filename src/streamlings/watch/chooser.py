"""The list of all exercises, to search and to jump."""

from __future__ import annotations

from typing import Literal

from streamlings.course import Course, Exercise


class Chooser:
    """What is typed leaves the exercises that have all its words in their id or title; one of those is marked."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.words = ""
        self.marked: Exercise | None = None
        self.passed: set[str] = set()

    def begin(self, marked: Exercise, passed: set[str]) -> None:
        self.words, self.marked, self.passed = "", marked, passed

    @property
    def found(self) -> list[Exercise]:
        words = self.words.lower().split()
        return [e for e in self.course.exercises if all(w in f"{e.id} {e.title}".lower() for w in words)]

    def press(self, key: str) -> Exercise | Literal["back"] | None:
        """The exercise that was chosen, "back" where none shall be, None while the choice goes on."""
        if key == "escape":
            return "back"
        if key == "enter":
            return self.marked
        if key in ("up", "down"):
            self._move(1 if key == "down" else -1)
        elif key == "backspace":
            self.words = self.words[:-1]
        elif len(key) == 1 and key.isprintable():
            self.words += key
        if self.marked not in self.found:
            self.marked = next(iter(self.found), None)
        return None

    def _move(self, by: int) -> None:
        found = self.found
        if self.marked in found:
            self.marked = found[max(0, min(len(found) - 1, found.index(self.marked) + by))]
