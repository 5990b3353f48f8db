"""Lessons, exercises and solutions as pages of the site. A link that begins with / begins at the repository (mkdocs.yml, `validation`)."""

from __future__ import annotations

from pathlib import Path

import click

from streamlings import cli_exercises
from streamlings.course import Course, Exercise
from streamlings.errors import LabError
from streamlings.pages.markdown import below, deeper, title
from streamlings.paths import course_root

SERVERS = {"kafka": "Kafka", "flink": "Flink", "registry": "the schema registry", "postgres": "PostgreSQL"}


def readme(exercise: Exercise) -> str:
    return f"lessons/{exercise.place.as_posix()}/README.md"


def discussion(exercise: Exercise) -> str:
    return f"solutions/{exercise.place.as_posix()}/DISCUSSION.md"


def lessons() -> dict[str, list[Exercise]]:
    """By the path of its page, each lesson's exercises, in order."""
    found: dict[str, list[Exercise]] = {}
    for exercise in Course().exercises:
        found.setdefault(f"lessons/{exercise.place.parent.as_posix()}/README.md", []).append(exercise)
    return found


def addresses() -> dict[str, str]:
    """Where on the site the files of lessons/ and solutions/ are that are pages of it."""
    pages = {page: page.replace("README.md", "index.html") for page in lessons()}
    for exercise in Course().exercises:
        pages[readme(exercise)] = f"lessons/{exercise.place.as_posix()}/index.html"
        pages[discussion(exercise)] = f"lessons/{exercise.place.as_posix()}/solution/index.html"
    return pages


def navigation() -> list[object]:
    """The overview, and a section for each lesson: its page, its exercises. Raises LabError where the course has no such file."""
    for page in addresses():
        _read(page)
    sections = [{title(_read(page)): [page, *map(readme, exercises)]} for page, exercises in lessons().items()]
    return ["site/lessons/index.md", *sections]


def lesson_page(markdown: str, page: str) -> str:
    """With how long its exercises take, and what they need."""
    return below(markdown, _facts(lessons()[page]))


def exercise_page(markdown: str, exercise: Exercise) -> str:
    """With its minutes and needs above, and below it the way to its solution, in the words of the command line."""
    what = (cli_exercises.solution.help or "").rstrip(".")
    (anyway,) = (p.help for p in cli_exercises.solution.params if isinstance(p, click.Option) and p.name == "anyway")
    gate = (
        f'??? solution "Show the solution"\n\n    {what}: `./streamlings solution {exercise.id}`.\n\n'
        f"    [Show it anyway](/{discussion(exercise)}), {anyway}.\n"
    )
    facts = f"{_facts([exercise])} · you edit `work/{exercise.place.as_posix()}/{exercise.file}`"
    return f"{below(markdown, facts)}\n\n{gate}"


def solution_page(markdown: str, exercise: Exercise) -> str:
    """The code and the discussion."""
    head = f"# A solution: {exercise.title}\n\nOf the exercise [{exercise.title}](/{readme(exercise)}). Yours may differ, and be as good."
    return f"{head}\n\n```python\n{exercise.published()}\n```\n\n{deeper(markdown)}"


def all_lessons() -> str:
    """Every lesson with its exercises, as tables; for a page in site/."""
    parts = []
    for page, exercises in lessons().items():
        rows = [f"| [{e.title}](/{readme(e)}) | {_minutes([e])} | {_needs([e])} |" for e in exercises]
        head = f"## [{title(_read(page))}](/{page})\n\n{_facts(exercises)}"
        parts.append("\n".join([head, "", "| exercise | minutes | needs |", "|---|--:|---|", *rows]))
    return "\n\n".join(parts)


def whole_course() -> str:
    """How much there is, in one sentence; for a page in site/."""
    exercises = Course().exercises
    return f"{len(exercises)} exercises in {len(lessons())} lessons, about {round(_minutes(exercises) / 60)} hours at the keyboard."


def plan(*names: str) -> str:
    """A part of a workshop: these exercises, and how long they take together. Raises UsageError for one that there is not."""
    chosen = Course().chosen(list(names))
    rows = [f"| [{e.title}](/{readme(e)}) | {e.minutes} |" for e in chosen]
    return "\n".join(["| exercise | minutes |", "|---|--:|", *rows, f"| **together** | **{_minutes(chosen)}** |"])


def _facts(exercises: list[Exercise]) -> str:
    count = "" if len(exercises) == 1 else f"{len(exercises)} exercises · "
    return f"{count}{_minutes(exercises)} minutes · needs {_needs(exercises)}"


def _minutes(exercises: list[Exercise]) -> int:
    return sum(e.minutes for e in exercises)


def _needs(exercises: list[Exercise]) -> str:
    needed = set().union(*(e.needs for e in exercises))
    return ", ".join(said for server, said in SERVERS.items() if server in needed) or "no server"


def _read(page: str) -> str:
    path = Path(course_root(), page)
    if not path.is_file():
        raise LabError(f"there is no {page}", hint="CONTRIBUTING.md says what a lesson consists of")
    return path.read_text(encoding="utf-8")
