"""What a learner reads: their points, each verdict, and what happened on the stream; as a page and as Markdown."""

from __future__ import annotations

import re
from html import escape

from streamlings.grade.config import Grading
from streamlings.grade.marks import WORDS, Graded, Mark
from streamlings.outcome import Result
from streamlings.report import timeline, verdict
from streamlings.report.verdict import in_print

NOTE_OPEN = "What could not be checked, or not be read, has no points yet. That is not zero: somebody looks at it."


def page(graded: Graded, grading: Grading) -> str:
    """One self-contained page, with the timelines."""
    rows = "".join(
        f"<tr><td>{escape(m.exercise.title)}<td>{escape(m.exercise.id)}<td>{WORDS[m.state]}<td>{points(m)}<td>{m.points}</tr>"
        for m in graded.marks
    )
    head = "<thead><tr><th>exercise<th>id<th>verdict<th>points<th>of</tr></thead>"
    notes = "".join(f"<li>{escape(in_print(line))}</li>" for line in [*notes_of(graded), *open_note(graded)])
    drawings = any(m.drawn for m in graded.marks)
    body = [
        f"<p>{escape(total(graded))}</p>",
        f'<div class="scroll"><table>{head}<tbody>{rows}</tbody></table></div>',
        f"<ul>{notes}</ul>" if notes else "",
        timeline.LEGEND if drawings else "",
        *(_section(m) for m in graded.marks),
    ]
    return timeline.page(f"{grading.title}: {in_print(graded.submission.name)}", "\n".join(body))


def _section(mark: Mark) -> str:
    parts = [f"<h2>{escape(mark.exercise.title)}: {WORDS[mark.state]}</h2>"]
    if mark.result:
        parts.append(f"<pre>{escape(said(mark.result))}</pre>")
        parts.append(f"<p>Again with the same events: <code>{escape(rerun(mark))}</code></p>")
    elif mark.why:
        parts.append(f"<p>{escape(in_print(mark.why))}</p>")
    return "\n".join([*parts, mark.drawn])


def markdown(graded: Graded, grading: Grading) -> str:
    """The same as Markdown, without pictures."""
    lines = [
        f"# {plain(grading.title)}: {plain(graded.submission.name)}",
        "",
        total(graded),
        "",
        "| exercise | verdict | points | of |",
    ]
    lines += ["|---|---|---:|---:|"]
    lines += [f"| {plain(m.exercise.title)} | {WORDS[m.state]} | {points(m)} | {m.points} |" for m in graded.marks]
    lines += ["", *(f"- {plain(note)}" for note in [*notes_of(graded), *open_note(graded)])]
    for mark in graded.marks:
        lines += ["", f"## {plain(mark.exercise.title)}: {WORDS[mark.state]}", ""]
        if mark.result:
            lines += [*fenced(said(mark.result)), "", "Again with the same events:", "", *fenced(rerun(mark))]
        elif mark.why:
            lines.append(plain(mark.why))
    return "\n".join(lines).rstrip() + "\n"


def said(result: Result) -> str:
    """The verdict as the terminal shows it."""
    return verdict.text(result)


def rerun(mark: Mark) -> str:
    assert mark.result is not None
    return f"./streamlings check {mark.exercise.id} --seed {mark.result.seed}"


def points(mark: Mark) -> str:
    """The points, or that they are open."""
    return "open" if mark.got is None else str(mark.got)


def total(graded: Graded) -> str:
    """The points in one line."""
    still = f", {len(graded.open)} still open" if graded.open else ""
    return f"{graded.got} of {graded.most} points{still}"


def notes_of(graded: Graded) -> list[str]:
    """What there is to know beside the verdicts."""
    days = graded.days_late
    late = [f"handed in {days} {'day' if days == 1 else 'days'} late: {graded.share:%} of the points count"] if days else []
    whys = [m.why for m in graded.marks if m.why]
    return list(dict.fromkeys([*late, *graded.submission.notes, *whys]))


def open_note(graded: Graded) -> list[str]:
    """What it means that something is open, where something is."""
    return [NOTE_OPEN] if graded.open else []


def plain(text: str) -> str:
    """Text in Markdown that is nothing but text: every character that may mean something there is escaped."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~&:@/=^$])", r"\\\1", " ".join(in_print(text).split()))


def fenced(text: str) -> list[str]:
    """A block of text as it is, whose fence is longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", text.rstrip("\n"), fence]
