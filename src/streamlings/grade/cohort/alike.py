"""Submissions that are the same, or nearly, and those near a published solution. Compared is what a learner added to the starter.

Exercises are small, and right programs resemble each other: what is found is where to look, and no proof of anything.
"""

from __future__ import annotations

import functools
import keyword
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
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
class Family:
    """Programs for one exercise that are alike: in those that are nearly the same, each resembles some other one.

    `members` has None where the published solution is one of them. `likeness`, from 0 to 1, is the lowest and the highest of two that
    resemble each other. `texts` are two of the programs, one where all are the same to the letter.
    """

    exercise: Exercise
    degree: Degree
    members: tuple[Graded | None, ...]
    likeness: tuple[float, float]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Own:
    """What a program has beyond the starter, as words and signs, also with its own names replaced by numbers. `by` is None of the published
    solution."""

    by: Graded | None
    text: str
    words: tuple[str, ...]
    renamed: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def says_much(self) -> bool:
        return len(self.words) >= ENOUGH


def families(graded: list[Graded], exercise: Exercise) -> list[Family]:
    """Those of an exercise, the most alike and then the largest first; untouched starters are not compared. Who is in a family is in that
    of a looser degree too, where there is one that has more members. Members stand in the order of `graded`, and so do families that are
    equal otherwise."""
    starter = _lines(exercise.starter.read_text())
    programs = [(g, m.program.text) for g in graded for m in g.marks if m.exercise == exercise and m.program and m.program.text]
    owns = [own for own in (_own(g, text, starter) for g, text in programs) if own.words]
    if exercise.solution.exists():
        owns.append(_own(None, exercise.published(), starter))
    much = [own for own in owns if own.says_much]
    signed = [own for own in owns if own.says_much or (own.by and own.remarks)]
    found = [
        *_the_same(exercise, DEGREES[0], signed, lambda own: own.text, id),
        *_the_same(exercise, DEGREES[1], much, lambda own: own.words, lambda own: own.text),
        *_the_same(exercise, DEGREES[2], much, lambda own: own.renamed, lambda own: own.words),
        *_nearly(exercise, _by(lambda own: own.renamed, much)),
    ]
    return sorted(found, key=lambda f: (DEGREES.index(f.degree), -len(f.members), -f.likeness[1]))


def _the_same(
    exercise: Exercise, degree: Degree, owns: list[Own], what: Callable[[Own], Hashable], but: Callable[[Own], Hashable]
) -> Iterable[Family]:
    """Those of which `what` is the same, and `but` is not that of all."""
    for members in _by(what, owns):
        others = [own for own in members if but(own) != but(members[0])]
        if others:
            texts = tuple(dict.fromkeys((members[0].text, others[0].text)))
            alike = _likeness(members[0], others[0])
            yield Family(exercise, degree, tuple(own.by for own in members), (alike, alike), texts)


def _nearly(exercise: Exercise, same: list[list[Own]]) -> Iterable[Family]:
    """Of groups that are the same but for names, those that are linked by likeness."""
    group = list(range(len(same)))
    links: list[tuple[float, int, int]] = []
    for a, b in combinations(range(len(same)), 2):
        likeness = _likeness(same[a][0], same[b][0], at_least=NEAR)
        if likeness >= NEAR:
            links.append((likeness, a, b))
            joined, left = group[a], group[b]
            group = [joined if g == left else g for g in group]
    for number in sorted(set(group)):
        within = [link for link in links if group[link[1]] == number]
        if within:
            members = [own.by for g, owns in zip(group, same, strict=True) if g == number for own in owns]
            closest, a, b = max(within)
            texts = (same[a][0].text, same[b][0].text)
            yield Family(exercise, DEGREES[3], tuple(members), (min(within)[0], closest), texts)


def _by(what: Callable[[Own], Hashable], owns: list[Own]) -> list[list[Own]]:
    found: dict[Hashable, list[Own]] = defaultdict(list)
    for own in owns:
        found[what(own)].append(own)
    return list(found.values())


def _likeness(a: Own, b: Own, at_least: float = 0.0) -> float:
    """0 where they are less alike than that: sooner known."""
    return float(Indel.normalized_similarity(a.words, b.words, score_cutoff=at_least))


def _own(by: Graded | None, program: str, starter: frozenset[str]) -> Own:
    lines = [line for line in without_comments(program).splitlines() if line.strip() and line.strip() not in starter]
    words = tuple(WORD.findall("\n".join(lines)))
    kept = {word for line in starter for word in WORD.findall(line)}
    return Own(by, program, words, _renamed(words, kept), tuple(comments(program)))


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
