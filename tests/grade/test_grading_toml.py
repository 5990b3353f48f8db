"""grading.toml: the documented example is read, and whatever is wrong in one is said in one line."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from streamlings.course import Course
from streamlings.errors import UsageError
from streamlings.grade import config


def test_the_example_is_one() -> None:
    grading = config.read(config.EXAMPLE, Course())
    assert [e.id for e in grading.exercises] == ["event_time/watermark", "event_time/late_orders", "windows/tumbling"]
    assert grading.most == Decimal(25)
    assert grading.due is not None and grading.due.at == datetime(2026, 11, 20, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("handed_in", "days", "share"),
    [
        (None, 0, "1"),
        ("17:00:00", 0, "1"),
        ("17:15:00", 0, "1"),
        ("17:15:01", 1, "0.90"),
        ("2026-11-21T17:15:00", 1, "0.90"),
        ("2026-11-21T17:15:01", 2, "0.80"),
        ("2026-11-23T17:15:00", 3, "0.70"),
        ("2026-11-23T17:15:01", 4, "0"),
    ],
)
def test_what_being_late_costs(handed_in: str | None, days: int, share: str) -> None:
    due = config.read(config.EXAMPLE, Course()).due
    assert due is not None
    time = handed_in if handed_in is None or "T" in handed_in else f"2026-11-20T{handed_in}"
    late = due.days_late(datetime.fromisoformat(f"{time}+00:00") if time else None)
    assert (late, due.share(late)) == (days, Decimal(share))


NOTE = 'title = "x"\n[points]\n"basics/note" = 1\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "title is missing"),
        ('title = "x"\n', "[points] names no exercise"),
        ('title = "x"\n[points]\n"basics/nota" = 1\n', "there is no exercise 'basics/nota'"),
        ('title = "x"\n[points]\nbasics.note = 1\n', "stands in quotes"),
        ('title = "x"\n[points]\n"basics/note" = "ten"\n', "is 'ten', and not a number"),
        ('title = "x"\n[points]\n"basics/note" = true\n', "is True, and not a number"),
        ('title = "x"\n[points]\n"basics/note" = nan\n', "a number with at most two decimals"),
        ('title = "x"\n[points]\n"basics/note" = 0.001\n', "a number with at most two decimals"),
        ('title = "x"\n[points]\n"basics/note" = 0\n', "points are more than 0"),
        ('title = "x"\n[points]\n"basics/note" = 1\n"note" = 2\n', "basics/note stands there twice"),
        ('title = "x"\n[points]\n"basics/note" = 1e30\n', "at most 1,000,000"),
        pytest.param("x = " + "9" * 5_000, "cannot be read", id="digits"),
        pytest.param("x = " + "[" * 100_000, "cannot be read", id="brackets"),
        (NOTE + "[due]\nat = 9999-12-31T23:00:00-10:00\n", "no date that can be reckoned with"),
        (NOTE + "[due]\nat = 2026-11-20T18:00:00Z\ngrace_minutes = 99999999999999\n", "a whole number, from 0 to"),
        ('title = "x"\nweights = 1\n', "there is no setting 'weights'"),
        ('title = "x\n', "cannot be read"),
        (NOTE + "[due]\n", "[due] at is a date"),
        (NOTE + "[due]\nat = 2026-11-20T18:00:00\n", "has no offset"),
        (NOTE + "[due]\nat = 2026-11-20T18:00:00Z\nlost_each_day = 10\n", "a share, from 0 to 1"),
        (NOTE + "[due]\nat = 2026-11-20T18:00:00Z\nlast_day = -1\n", "a whole number"),
        (NOTE + '[due]\nat = 2026-11-20T18:00:00Z\nhanded_in = "../x"\n', "beside the submissions"),
        (NOTE + "[due]\nat = 2026-11-20T18:00:00Z\nlate = 1\n", "[due] there is no setting 'late'"),
    ],
)
def test_what_is_wrong_is_one_line(text: str, says: str, course: Path, tmp_path: Path) -> None:
    (tmp_path / "grading.toml").write_text(text)
    with pytest.raises(UsageError) as e:
        config.read(tmp_path / "grading.toml", Course())
    assert says in e.value.message and "\n" not in e.value.message and e.value.hint


def test_a_missing_one_says_how_to_get_one(course: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as e:
        config.read(tmp_path / "grading.toml", Course())
    assert "--example" in e.value.hint
