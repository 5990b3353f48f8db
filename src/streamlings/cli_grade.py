"""The verbs about many submissions: hand in, and grade."""

from __future__ import annotations

from pathlib import Path

import click

from streamlings.cli_dev import json_option, say
from streamlings.errors import UsageError

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...")
@click.option("--to", type=FILE, default="submission.zip", show_default=True, help="where to write it")
def submit(exercises: tuple[str, ...], to: Path) -> None:
    """Your programs as one archive to hand in: of the exercises named, or of all that you have begun."""
    from streamlings.grade import submit as packing

    for exercise, state in packing.pack(list(exercises), to):
        print(f"{state:<15} {exercise.id}")
    print(f"{to} is ready to be handed in")


@click.command()
@click.argument("source", required=False, type=click.Path(path_type=Path))
@click.option("--config", type=FILE, help="what counts; default: grading.toml beside the submissions")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default="results", show_default=True, help="where results go")
@click.option("--resume", is_flag=True, help="go on with an interrupted batch: nothing that is done is done again")
@click.option("--native", is_flag=True, help="without containers: submissions run with your rights")
@click.option("--labs", type=click.IntRange(1, 64), help="how many at once; default: as the machine has processors and memory")
@click.option("--names", is_flag=True, help="the page about the class names people")
@click.option("--example", is_flag=True, help="print a grading.toml with every setting, and nothing else")
@click.option("--make-gradescope", type=FILE, metavar="FILE.zip", help="write a Gradescope autograder for --config, and nothing else")
@click.option(
    "--make-classroom",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="write what a class's template repository needs, and nothing else",
)
@json_option
def grade(
    source: Path | None,
    config: Path | None,
    out: Path,
    resume: bool,
    native: bool,
    labs: int | None,
    names: bool,
    example: bool,
    make_gradescope: Path | None,
    make_classroom: Path | None,
    as_json: bool,
) -> None:
    """Grade a folder of submissions, or a CSV of checkouts: marks, feedback, and a page about the class."""
    from streamlings.grade import run
    from streamlings.grade.config import EXAMPLE
    from streamlings.grade.export import make

    if example:
        print(EXAMPLE.read_text(), end="")
        return
    if make_gradescope or make_classroom:
        if config is None:
            raise UsageError("--config is missing: the grading.toml that it is made for", hint="./streamlings grade --example prints one")
        for written in make.gradescope(config, make_gradescope) if make_gradescope else []:
            print(written)
        for written in make.classroom(config, make_classroom) if make_classroom else []:
            print(written)
        return
    if source is None:
        raise UsageError("which submissions?", hint="./streamlings grade FOLDER")
    code = run.run(source, settings=config, out=out, resume=resume, native=native, labs=labs, names=names, as_json=as_json, say=say)
    raise SystemExit(code)
