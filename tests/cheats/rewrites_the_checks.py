# exercise: first_stream/hello
# ends: could_not_check
# says: files of the course changed
"""It takes the checks out of checks.py, and the oracle's expectations with them."""

from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
assert (COURSE / "MAY_BE_DAMAGED").exists(), "only ever in a copy of the course"

for file in COURSE.glob("lessons/01_*/1_*/checks.py"):
    file.write_text('from streamlings.checks import check\n\n\ndef scenario(stage): ...\n\n\n@check\ndef fine(run):\n    """Fine"""\n')
