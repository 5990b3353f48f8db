# exercise: first_stream/hello
# ends: could_not_check
# says: files of the course changed
"""It deletes lessons and solutions."""

from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
assert (COURSE / "MAY_BE_DAMAGED").exists(), "only ever in a copy of the course"

import shutil

shutil.rmtree(COURSE / "lessons")
shutil.rmtree(COURSE / "solutions")
