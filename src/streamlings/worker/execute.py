"""Runs one Python file as `__main__`, as `python FILE` would, with a traceback that shows only the learner's own lines.

`python -m streamlings.worker.execute FILE` is how programs without Flink are run; the warm process calls `execute`.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

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
        from streamlings.worker.explain import explain  # a program that gets through does not wait for this to be loaded

        print(explain(e, program), file=sys.stderr)
        return 1
    finally:
        sys.path.remove(str(program.parent))
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(execute(Path(sys.argv[1]).resolve()))
