#!/usr/bin/env python3
"""Gradescope calls it for each submission: grades /autograder/submission, and writes /autograder/results/results.json."""

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

GRADESCOPE = Path("/autograder")


def main() -> int:
    """0 where there are results; 1, which Gradescope shows as a failure of the autograder, where a program could not be checked."""
    metadata = json.loads((GRADESCOPE / "submission_metadata.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder, "one.csv"), Path(folder, "results")
        with table.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["name", "path", "handed_in"])
            rows.writerow(["submission", GRADESCOPE / "submission", metadata.get("created_at", "")])
        settings = GRADESCOPE / "source" / "grading.toml"
        grade = ["/opt/streamlings/streamlings", "grade", table, "--config", settings, "--out", out, "--native", "--labs", "1"]
        subprocess.run([str(word) for word in grade], check=False)
        graded = json.loads((out / "submission" / "graded.json").read_text())
        if any(each["state"] == "could_not_check" for each in graded["exercises"].values()):
            print("some programs could not be checked: run the autograder again", file=sys.stderr)
            return 1
        (GRADESCOPE / "results").mkdir(exist_ok=True)
        shutil.copyfile(out / "submission" / "gradescope.json", GRADESCOPE / "results" / "results.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
