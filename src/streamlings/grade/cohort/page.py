"""The page about the class: one file that asks no other host for anything."""

from __future__ import annotations

import difflib
import statistics
from collections.abc import Callable
from html import escape
from itertools import islice

from streamlings.course import Exercise
from streamlings.grade.cohort import alike, pictures
from streamlings.grade.cohort.misconceptions import Misconception, misconceptions
from streamlings.grade.cohort.pseudonyms import anonymous, masked, pseudonyms
from streamlings.grade.config import Grading
from streamlings.grade.marks import WORDS, Graded
from streamlings.report import timeline
from streamlings.report.verdict import in_print

EXAMPLES = 20
"""So many misconceptions are shown with an example; the rest is counted."""
SIDE_BY_SIDE = 40
"""Of so many families two programs are shown side by side; the rest is listed."""
NAMED = 30
"""So many of a family are named."""
LONGEST = 200
"""Lines of a program that are shown."""
Called = Callable[[Graded], str]
Text = Callable[[str], str]
STYLE = """<style>
.diff td { font: 13px/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; border: 0; padding: 0 .5rem; }
.diff .diff_header { color: var(--soft); text-align: right; }
.diff_add, .diff_chg, .diff_sub { background: var(--box); outline: 1px solid var(--line); }
.diff_next, .diff colgroup { display: none; }
.pygal-chart { max-width: 900px; cursor: default; touch-action: auto; }
</style>"""


def page(graded: list[Graded], grading: Grading, secret: str, *, names: bool) -> str:
    """The page; with `names` people are called as their folders are, without it by numbers, and what they wrote has no names in it."""
    aliases = pseudonyms(graded, secret)

    def called(one: Graded) -> str:
        return in_print(one.submission.name) if names else aliases[one.submission.key]

    graded = sorted(graded, key=called)  # batches are in the order of names, which would tell who is who

    def program(text: str) -> str:
        return in_lines(text if names else anonymous(text, graded))

    def words(text: str) -> str:
        return in_print(" ".join((text if names else masked(text, graded)).split()))

    sections = [
        STYLE,
        _summary(graded, grading),
        _exercises(graded, grading.exercises),
        _stops(graded, grading.exercises),
        _misconceptions(misconceptions(graded), called, program, words),
        _alike(graded, grading.exercises, called, program),
        _open(graded, called, words),
        _learners(graded, called),
    ]
    return timeline.page(f"{grading.title}: the class", "\n".join(sections))


def _summary(graded: list[Graded], grading: Grading) -> str:
    points = sorted(g.got for g in graded)
    still = sum(len(g.open) for g in graded)
    text = (
        f"{len(graded)} submissions, at most {grading.most} points each; median {statistics.median(points)}, "
        f"lowest {points[0]}, highest {points[-1]}. {still} verdicts are open: these have no points yet, and that is not zero."
    )
    rows = [[name, str(count)] for name, count in pictures.distribution(graded)]
    return f"<p>{escape(text)}</p>{_figure(pictures.of_points(graded), ['share of the points', 'learners'], rows)}"


def _exercises(graded: list[Graded], exercises: list[Exercise]) -> str:
    rows = []
    for exercise in exercises:
        counts = pictures.states(graded, exercise)
        seconds = [m.result.seconds for g in graded for m in g.marks if m.exercise == exercise and m.result]
        took = f"{statistics.median(seconds):.1f} s" if seconds else ""
        rows.append([exercise.id, *(str(counts[state]) for state in pictures.COLOURS), took])
    head = ["exercise", *(WORDS[state] for state in pictures.COLOURS), "a check took (median)"]
    return f"<h2>Exercises</h2>{_figure(pictures.of_exercises(graded, exercises), head, rows)}"


def _stops(graded: list[Graded], exercises: list[Exercise]) -> str:
    """The first exercise, in the order of the course, that somebody has not passed."""
    first = [next((m.exercise for m in g.marks if m.state in ("failed", "not_handed_in")), None) for g in graded]
    rows = [[e.id, e.title, str(first.count(e))] for e in exercises if first.count(e)]
    return "<h2>Where people are stopped</h2><p>The first exercise that somebody has not passed.</p>" + _table(
        ["exercise", "title", "learners"], sorted(rows, key=lambda r: -int(r[2]))
    )


def _misconceptions(found: list[Misconception], called: Called, program: Text, words: Text) -> str:
    parts = [
        "<h2>What is misunderstood</h2><p>From failed checks: the course's own wrong program that a submission behaves like, "
        "a message that is explained, or the diagnosis. The example is one learner's program.</p>"
    ]
    parts.append(
        _table(["learners", "exercise", "what", "the check"], [[str(len(m.who)), m.exercise.id, words(_what(m)), m.line] for m in found])
    )
    for each in islice(found, EXAMPLES):
        text = next(m.program.text for m in each.who[0].marks if m.exercise == each.exercise and m.program)
        title = f"{len(each.who)} × {each.exercise.id}: {words(_what(each))}"
        parts.append(
            f"<details><summary>{escape(title)}</summary><p>{escape(called(each.who[0]))}:</p><pre>{escape(program(text))}</pre></details>"
        )
    return "\n".join(parts)


def _what(found: Misconception) -> str:
    return f"{found.kind}: {found.says}"


def _alike(graded: list[Graded], exercises: list[Exercise], called: Called, program: Text) -> str:
    found = [family for exercise in exercises for family in alike.families(graded, exercise)]
    parts = [
        "<h2>Submissions that are alike</h2><p>Compared is what was added to the starter. Exercises are small, and right programs "
        "resemble each other: this says where to look, and proves nothing.</p>"
    ]
    rows = [[f.exercise.id, str(len(f.members)), _members(f, called), f.degree, _percent(f)] for f in found]
    parts.append(_table(["exercise", "programs", "whose", "how", "alike"], rows))
    for family, (exercise, count, _, how, _) in islice(zip(found, rows, strict=True), SIDE_BY_SIDE):
        texts = [program(text) for text in family.texts]
        shown = _beside(*texts) if len(texts) > 1 else f"<pre>{escape(texts[0])}</pre>"
        parts.append(f"<details><summary>{escape(f'{exercise}: {count} programs, {how}')}</summary>{shown}</details>")
    return "\n".join(parts)


def _members(family: alike.Family, called: Called) -> str:
    learners = [called(member) for member in family.members if member]
    shown = [*learners[:NAMED], *([f"{len(learners) - NAMED} more"] if len(learners) > NAMED else [])]
    return ", ".join([*shown, *(["the published solution"] if None in family.members else [])])


def _percent(family: alike.Family) -> str:
    low, high = (f"{100 * share:.0f}" for share in family.likeness)
    return f"{low} %" if low == high else f"{low}-{high} %"


def _beside(one: str, other: str) -> str:
    table = difflib.HtmlDiff(wrapcolumn=70).make_table(one.splitlines(), other.splitlines(), "one of them", "another one")
    return f'<div class="scroll">{table}</div>'


def _open(graded: list[Graded], called: Called, words: Text) -> str:
    rows = [[called(g), m.exercise.id, WORDS[m.state], words(m.why)] for g in graded for m in g.open]
    return "<h2>What somebody has to look at</h2>" + _table(["learner", "exercise", "state", "why"], rows)


def _learners(graded: list[Graded], called: Called) -> str:
    """By points, so that the order says nothing of names."""
    rows = [[called(g), str(g.got), str(len(g.open)), str(g.days_late)] for g in graded]
    rows.sort(key=lambda row: (-float(row[1]), row[0]))
    return "<h2>Learners</h2>" + _table(["learner", "points", "open", "days late"], rows)


def _figure(svg: str, head: list[str], rows: list[list[str]]) -> str:
    return f"{svg}<details><summary>The same as a table</summary>{_table(head, rows)}</details>"


def _table(head: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return "<p>None.</p>"
    lines = "".join("<tr>" + "".join(f"<td>{escape(value)}" for value in row) + "</tr>" for row in rows)
    top = "".join(f"<th>{escape(name)}" for name in head)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>'


def in_lines(text: str) -> str:
    """A program for reading: its first lines, with marks in place of what could move a cursor."""
    lines = text.splitlines()
    more = [f"... {len(lines) - LONGEST} more lines"] if len(lines) > LONGEST else []
    return "\n".join(in_print(line)[:400] for line in [*lines[:LONGEST], *more])
