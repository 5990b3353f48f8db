# exercise: first_stream/hello
# ends: could_not_check
# says: files of the course changed
"""A lesson becomes a link to a folder of the program's own."""

from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
assert (COURSE / "MAY_BE_DAMAGED").exists(), "only ever in a copy of the course"

from streamlings import lab

mine = lab.folder("mine")
lesson = next(COURSE.glob("lessons/01_*"))
lesson.rename(mine / "lesson")
lesson.symlink_to(mine / "lesson")
