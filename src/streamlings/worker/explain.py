"""What is shown of an exception that ended a learner's program."""

from __future__ import annotations

import traceback
from pathlib import Path

from streamlings.paths import course_root


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
