"""Runs one Python file as `__main__`, as `python FILE` would, with a traceback that shows only the learner's own lines.

`python -m streamlings.worker.execute FILE` is how programs without Flink are run; the warm process calls `execute`.
"""

from __future__ import annotations

import runpy
import sys
import traceback
from pathlib import Path

from streamlings.paths import course_root
from streamlings.worker import limits


def execute(program: Path) -> int:
    """Run the file; the exit code it would have had as a script: 0, what it gave to sys.exit, or 1 after an exception."""
    limits.apply()
    sys.argv = [str(program)]
    sys.path.insert(0, str(program.parent))
    try:
        runpy.run_path(str(program), run_name="__main__")
        return 0
    except SystemExit as e:
        if e.code is None or isinstance(e.code, int):
            return e.code or 0
        print(e.code, file=sys.stderr)
        return 1
    except BaseException as e:
        print(explain(e, program), file=sys.stderr)
        return 1
    finally:
        sys.path.remove(str(program.parent))
        sys.stdout.flush()
        sys.stderr.flush()


def explain(error: BaseException, program: Path) -> str:
    """The traceback without frames of libraries; of a Java exception, the chain of causes without its frames."""
    place = str(program.relative_to(course_root()) if program.is_relative_to(course_root()) else program)
    if isinstance(error, SyntaxError):
        error.filename = place if error.filename == str(program) else error.filename
        return "".join(traceback.format_exception_only(error)).rstrip()
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).resolve() == program.resolve()]
    for frame in frames:
        frame.filename = place
    shown = ["Traceback (your program only):\n", *traceback.format_list(frames)] if frames else []
    return "".join(shown) + _message(error)


def _message(error: BaseException) -> str:
    java = getattr(error, "java_exception", None)
    if java is None:
        return _without_java_frames("".join(traceback.format_exception_only(error)))
    causes: list[str] = []
    seen = 0
    while java is not None and seen < 10:
        line = str(java.toString()).partition("\nWas expecting")[0]  # of a parser, which goes on with all that it knows
        if not causes or line not in causes[-1]:
            causes.append(line)
        java, seen = java.getCause(), seen + 1
    return "\nCaused by: ".join(causes)


def _without_java_frames(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith("\tat ") and not line.startswith("\t...")]
    return "\n".join(lines).rstrip()


if __name__ == "__main__":
    sys.exit(execute(Path(sys.argv[1]).resolve()))
