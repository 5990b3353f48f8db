"""Submissions that are the same, or nearly, and those near a published solution. Compared is what a learner added to the starter.

Exercises are small, and right programs resemble each other: what is found is where to look, and no proof of anything.
"""

from __future__ import annotations

import functools
import keyword
import re
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from rapidfuzz.distance import Indel

from streamlings.course import Exercise
from streamlings.grade.cohort.pseudonyms import comments, without_comments
from streamlings.grade.marks import Graded

Degree = Literal["the same, to the letter", "the same but for comments and layout", "the same but for names", "nearly the same"]
DEGREES: tuple[Degree, ...] = (
    "the same, to the letter",
    "the same but for comments and layout",
    "the same but for names",
    "nearly the same",
)
NEAR = 0.9
"""So alike at least, from 0 to 1, are two that are nearly the same."""
ENOUGH = 40
"""So many words and signs of one's own say something where they are nearly another's; fewer are often the only way."""
WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Pair:
    """Two programs for one exercise. `second` is None where the other one is the published solution."""

    exercise: Exercise
    degree: Degree
    likeness: float
    first: Graded
    second: Graded | None
    texts: tuple[str, str]


@dataclass(frozen=True)
class Own:
    """What a program has beyond the starter, as words and signs, also with its own names replaced by numbers."""

    text: str
    words: tuple[str, ...]
    renamed: tuple[str, ...]
    remarks: tuple[str, ...]


def pairs(graded: list[Graded], exercise: Exercise) -> list[Pair]:
    """The pairs of an exercise, the most alike first; untouched starters are not compared."""
    starter = _lines(exercise.starter.read_text())
    solution = _own(exercise.published(), starter) if exercise.solution.exists() else None
    theirs = [
        (g, _own(m.program.text, starter)) for g in graded for m in g.marks if m.exercise == exercise and m.program and m.program.text
    ]
    theirs = [(g, own) for g, own in theirs if own.words]
    found = []
    for (first, a), (second, b) in combinations(theirs, 2):
        if degree := _degree(a, b):
            found.append(Pair(exercise, degree, _likeness(a, b), first, second, (a.text, b.text)))
    for first, a in theirs if solution else []:
        assert solution is not None
        degree = _degree(a, solution)
        if degree and len(a.words) >= ENOUGH:
            found.append(Pair(exercise, degree, _likeness(a, solution), first, None, (a.text, solution.text)))
    return sorted(found, key=lambda p: (DEGREES.index(p.degree), -p.likeness, p.first.submission.key))


def _degree(a: Own, b: Own) -> Degree | None:
    few = min(len(a.words), len(b.words)) < ENOUGH
    if a.text == b.text and (a.remarks or not few):
        return DEGREES[0]
    if few:
        return None
    if a.words == b.words:
        return DEGREES[1]
    if a.renamed == b.renamed:
        return DEGREES[2]
    return DEGREES[3] if _likeness(a, b) >= NEAR else None


def _likeness(a: Own, b: Own) -> float:
    return float(Indel.normalized_similarity(a.words, b.words, score_cutoff=NEAR))


def _own(program: str, starter: frozenset[str]) -> Own:
    lines = [line for line in without_comments(program).splitlines() if line.strip() and line.strip() not in starter]
    words = tuple(WORD.findall("\n".join(lines)))
    kept = {word for line in starter for word in WORD.findall(line)}
    return Own(program, words, _renamed(words, kept), tuple(comments(program)))


def _renamed(words: tuple[str, ...], kept: set[str]) -> tuple[str, ...]:
    """Every name that the starter has not becomes the number of its first appearance."""
    numbers: dict[str, str] = {}
    return tuple(
        word if word in kept or keyword.iskeyword(word) or not word.isidentifier() else numbers.setdefault(word, f"name {len(numbers)}")
        for word in words
    )


@functools.cache
def _lines(starter: str) -> frozenset[str]:
    return frozenset(line.strip() for line in without_comments(starter).splitlines() if line.strip())
