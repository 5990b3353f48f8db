"""Submissions as they come, names in the wild and all; nothing of them is run, unpacked to the disk, or followed to elsewhere.

`read` gives the submissions of a folder or a CSV. What was refused, and why, stands in each one's `notes`.
"""

from __future__ import annotations

from streamlings.grade.intake.read import assert_there, read
from streamlings.grade.intake.submission import Program, Submission

__all__ = ["Program", "Submission", "assert_there", "read"]
