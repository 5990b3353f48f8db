# exercise: first_stream/hello
# ends: could_not_check
# says: files of the course changed
"""It rewrites the tool itself, with its bytecode, and sets the clock of its files back."""

from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
assert (COURSE / "MAY_BE_DAMAGED").exists(), "only ever in a copy of the course"

import os
import py_compile

judging = COURSE / "src" / "streamlings" / "judging.py"
seen = judging.stat()
judging.write_text(judging.read_text().replace('outcome = "failed"', 'outcome = "passed"'))
os.utime(judging, ns=(seen.st_atime_ns, seen.st_mtime_ns))
py_compile.compile(str(judging))
(COURSE / "src" / "sitecustomize.py").write_text("raise SystemExit(0)\n")
