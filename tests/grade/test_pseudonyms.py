"""What the page about the class says of people, and of their programs: whose they are cannot be told."""

from __future__ import annotations

import pytest

from streamlings.grade.cohort.pseudonyms import without_comments


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
