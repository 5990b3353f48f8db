"""What traps.toml explains is really said: every entry is reproduced by a program of tests/traps/, and healthy programs trip none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from streamlings import traps
from streamlings.dev import traps_report
from streamlings.paths import ROOT

LESSONS = {
    *("first_stream", "events_and_schemas", "producing", "consuming", "flink_sql", "event_time"),
    *("windows", "state", "checkpointing", "sinks", "kappa", "operations"),
}
DIED = "TaskManager with id taskmanager-1 is no longer reachable."


@pytest.fixture(scope="module")
def said(request: pytest.FixtureRequest, lab_state: Path) -> Iterator[dict[Path, Future[str]]]:
    """What the programs say whose tests were chosen; they run while earlier ones are judged."""
    chosen = [item.callspec.params["program"] for item in request.session.items if item.name.startswith("test_it_is_really_said")]
    with traps_report.Stand() as stand:
        yield stand.begin(chosen)


@pytest.mark.slow
@pytest.mark.parametrize("program", traps_report.programs(), ids=lambda path: path.stem)
def test_it_is_really_said(said: dict[Path, Future[str]], program: Path) -> None:
    assert traps_report.shortcoming(program, said[program].result()) == ""


def test_every_entry_has_a_program_and_every_program_an_entry() -> None:
    assert {traps_report.declared(program) for program in traps_report.programs()} == traps_report.ids() | {"none"}
    assert len(traps.known()) == len(traps_report.ids()), "ids are unique"


def test_the_texts_are_short_and_lead_to_a_lesson() -> None:
    for entry in traps.known():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", entry.id)
        assert entry.lesson in LESSONS, entry.id
        for text in (entry.means, entry.attempt):
            assert text.endswith((".", ".)")) and "\n" not in text, entry.id
            assert len(text) <= 155, f"{entry.id}: two lines of a terminal at most"


@pytest.mark.parametrize("page", sorted([*ROOT.glob("lessons/**/README.md"), *ROOT.glob("solutions/**/DISCUSSION.md")]), ids=str)
def test_no_trap_in_what_lessons_say(page: Path) -> None:
    """Apart from what they quote as code, which may be such a message."""
    told = traps.which(re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.S))
    assert told is None, told


@pytest.mark.parametrize("program", sorted([*ROOT.glob("lessons/*/*/*.py"), *ROOT.glob("solutions/*/*/*.py")]), ids=str)
def test_no_trap_in_the_words_of_a_program(program: Path) -> None:
    told = traps.which(program.read_text())
    assert told is None, told


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Job has been submitted with JobID 0f3a",
        f"JobException: {DIED}\n\tat org.apache.flink.Task.run",  # a job that Flink restarted afterwards
        "Recovery is suppressed by NoRestartBackoffTimeStrategy\nCaused by: java.lang.ArithmeticException: / by zero",
        "['refused', KafkaError{code=MSG_SIZE_TOO_LARGE,val=10,str=\"Broker: Message size too large\"}]",
        "409 answered: Incompatible artifact: orders-value [AVRO]",
        "order None value None NULL 0 not found in stock",
    ],
)
def test_no_trap_in_what_is_fine(text: str) -> None:
    assert traps.recognise(text) is None


def test_what_follows_from_something_else_is_not_told() -> None:
    lost = "%4|1.2|TERMINATE|rdkafka: Producer terminating with 2 messages (4 bytes) still in queue or transit: use flush()"
    refused = "%3|1.2|FAIL|rdkafka: 127.0.0.1:51234/bootstrap: Connect to ipv4#127.0.0.1:51234 failed: Connection refused"
    for text, entry in {lost: "lost-tail", refused: "broker-not-there"}.items():
        told = traps.which(text)
        assert told is not None and told.id == entry
    assert traps.which("Traceback (your program only):\nKeyError: 'amount'\n" + lost) is None, "it crashed before it could flush"
    assert traps.which("%3|1.1|FAIL|rdkafka: 127.0.0.1:51234/1: Disconnected\n" + refused) is None, "the broker went away meanwhile"


def test_the_cause_is_told_and_not_what_follows_from_it() -> None:
    died = f"Recovery is suppressed by NoRestartBackoffTimeStrategy\n\tat x.Y\nCaused by: JobMasterException: {DIED}"
    told = traps.which(died)
    assert told is not None and told.id == "nothing-restarts-it"
    told = traps.which(
        died.replace(DIED, "x") + "\nCaused by: java.lang.RuntimeException: RowTime field should not be null, please convert"
    )
    assert told is not None and told.id == "event-time-null"


def test_a_trap_quotes_at_most_a_line() -> None:
    found = traps.recognise('Encountered "timestamp ' + "x" * 500 + '"\n at line 4')
    assert found is None, "a message does not span lines that have nothing to do with it"
    found = traps.recognise('Encountered "timestamp ' + "x" * 500 + '" at line 4')
    assert found is not None and len(found.said) == traps.QUOTED
    found = traps.recognise("Missing required options are:\n\ntopic")
    assert found is not None and found.said == "Missing required options are: topic"
