"""What the page about the class says of people, and of their programs: whose they are cannot be told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from streamlings.course import Course
from streamlings.grade.cohort.pseudonyms import masked, pseudonyms, without_comments
from streamlings.grade.intake import Submission
from streamlings.grade.marks import Graded, Mark

CLASS = [Graded(Submission(name, name), [], 0, Decimal(1)) for name in ("Li Wu", "Ada Lovelace_1234567", "x9", "bob 42")]


def test_who_knows_the_seed_does_not_know_the_order() -> None:
    orders = {tuple(pseudonyms(CLASS, secret)) for secret in map(str, range(20))}
    assert len(orders) > 5


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("by Li Wu", "by (name)"),
        ("li_wu = LiWu", "(name) = (name)"),
        ("limit = wuff", "limit = wuff"),
        ("li = 1", "li = 1"),
        ("ada and LOVELACE", "(name) and (name)"),
        ("Ada Lovelace 1234567", "(name)"),
        ("s1234567_topic", "s(name)_topic"),
        ("12345678 in 2019", "12345678 in 2019"),
        ("x9 = x90 + ax9", "(name) = x90 + ax9"),
        ("42 of Bob", "42 of (name)"),
    ],
)
def test_names_and_numbers_of_people_are_masked(text: str, shown: str) -> None:
    assert masked(text, CLASS) == shown


def test_a_name_that_is_a_word_of_everybodys_program_is_masked_as_a_whole_alone() -> None:
    first_stream = Course().find("first_stream/hello")
    mark = Mark(first_stream, "passed", Decimal(1), Decimal(1))
    graded = [Graded(Submission(name, name), [mark], 0, Decimal(1)) for name in ("With Import", "kafka_jones")]
    assert "kafka" in first_stream.starter.read_text()
    assert masked("with import: import kafka", graded) == "(name): import kafka"
    assert masked("jones, with Kafka", graded) == "(name), with Kafka"


@pytest.mark.parametrize(
    "code",
    [
        f"x = 0x{'f' * 5_000}",  # more digits than Python writes
        "x = " + "-" * 20_000 + "1",
        "x = " + "(" * 5_000 + ")" * 5_000,
        "x = " + "+".join(["1"] * 50_000),
        "x = '\0'",
    ],
    ids=["digits", "minus", "brackets", "sum", "zero byte"],
)
def test_what_python_does_not_write_back_keeps_its_lines(code: str) -> None:
    assert without_comments(f"{code}  # Ada\n").rstrip() == code
