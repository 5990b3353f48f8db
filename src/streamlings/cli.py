"""The command: all its verbs, and what becomes of their errors.

Exit codes: 0 passed, 1 failed, 2 wrong use, 3 could not check. Data on stdout; progress and logs on stderr.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from functools import partial

import click

from streamlings import __version__, cli_exercises, cli_grade, cli_lab, cli_watch, interrupts, jars
from streamlings.cli_dev import dev, say
from streamlings.errors import StreamlingsError
from streamlings.paths import shown, state_folder

VERBS: list[click.Command] = [
    cli_exercises.start,
    cli_watch.watch,
    cli_exercises.check,
    cli_exercises.run,
    cli_lab.look,
    cli_exercises.list_,
    cli_exercises.progress,
    cli_exercises.hint,
    cli_exercises.solution,
    cli_exercises.reset,
    cli_grade.submit,
    cli_grade.grade,
    cli_lab.up,
    cli_lab.down,
    cli_lab.status,
    cli_lab.doctor,
    cli_lab.docs,
    cli_lab.pack,
    cli_lab.selftest,
    dev,
]
"""In the order in which a learner needs them."""


class InOrder(click.Group):
    """Lists its commands in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=InOrder, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version=__version__, prog_name="streamlings")
@click.pass_context
def app(ctx: click.Context) -> None:
    """Real-time data pipelines with Kafka and Flink, learned at the keyboard. Alone on a terminal it watches: see `watch`."""
    if ctx.invoked_subcommand is None:
        if sys.stdin.isatty() and sys.stdout.isatty():
            ctx.invoke(cli_watch.watch, exercise=None, down=False)
        else:
            print(ctx.get_help())


for verb in VERBS:
    app.add_command(verb)


def _download_report() -> jars.Progress:
    from streamlings.report.download import download_report

    return download_report()


def _end_in_order() -> None:
    """On Ctrl-C, a kill, or a terminal that is closed, what a check has made is cleared away; what is told to ignore one still does."""

    def leave(number: int) -> None:
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupts.when_safe(partial(leave, number)))


def main() -> int:
    """Run a verb; every error that is raised on purpose becomes one line, a hint, and its exit code."""
    jars.new_progress = _download_report
    _end_in_order()
    try:
        app(prog_name="./streamlings", standalone_mode=False)
        return 0
    except StreamlingsError as e:
        say(f"error: {e.message}")
        for line in e.details.splitlines():
            say(f"  {line}")
        if e.hint:
            say(f"hint: {e.hint}")
        return e.exit_code
    except click.exceptions.NoArgsIsHelpError as e:  # of `dev`
        print(e.ctx.get_help() if e.ctx else "")
        return 0
    except click.ClickException as e:
        say(f"error: {e.format_message()}")
        say("hint: ./streamlings --help")
        return 2
    except (KeyboardInterrupt, click.Abort):
        say("stopped")
        return 130
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as e:
        kept = state_folder() / "last-error.txt"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(traceback.format_exc())
        say(f"error: {type(e).__name__}: {e}")
        say(f"hint: this is a fault of the course, not yours; please report it with {shown(kept)}")
        return 3
