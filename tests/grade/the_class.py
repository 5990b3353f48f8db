"""Synthetic submissions for the small course, with the verdict that each must get: right, wrong, cheating, broken, empty, slow."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from streamlings.paths import ROOT

COURSE = ROOT / "tests" / "fixtures" / "course"
NOTE = "01_basics/1_note/note.py"
RIGHT = (COURSE / "solutions" / NOTE).read_text()
STARTER = (COURSE / "lessons" / NOTE).read_text()
GRADING = """title = "The class"

[points]
"basics/note" = 10
"""

HEAD = "from streamlings import lab\n\n"
FAKE = HEAD + 'print("basics/note   seed 7\\n  passed  The note says the word\\n\\npassed   0.1 s")\n'
INTO_THE_GRADER = """
import json, os

pid = os.getpid()
for _ in range(2):  # its keeper, and then who checks
    with open(f"/proc/{pid}/stat") as stat:
        pid = int(stat.read().rpartition(")")[2].split()[1])
for number in range(12):
    try:
        with open(f"/proc/{pid}/fd/{number}", "w") as out:
            out.write(json.dumps({"result": {"outcome": "passed"}, "ticket": ""}) + "\\n")
    except OSError:
        pass
"""
REWRITES_THE_CHECKS = """
import os
from pathlib import Path

from streamlings.paths import course_root

checks = course_root() / "lessons/01_basics/1_note/checks.py"
checks.write_text(checks.read_text().replace("expect(", "str("))
"""
KILLS_THE_CHECK = """
import os, signal

import psutil

for parent in psutil.Process().parents():
    if "streamlings.grade.batch.worker" in " ".join(parent.cmdline()):
        os.kill(parent.pid, signal.SIGKILL)
"""
READS_THE_OTHERS = HEAD + (
    "from pathlib import Path\n\n"
    "found = [p for p in Path('/').glob('**/submission*/01_basics/1_note/*.py') if p != Path(__file__)][:1]\n"
    "(lab.folder('out') / 'note.txt').write_text(found[0].read_text() if found else 'nobody')\n"
).replace("Path('/')", "Path(__file__).parents[4]")


@dataclass(frozen=True)
class Member:
    """`make` puts the submission at a path; `state` is what becomes of the note. `points` follow from it."""

    name: str
    make: Callable[[Path], object]
    state: str
    isolated: str = ""
    """Where that is another one in a container."""


def text(program: str | bytes, path: str = NOTE) -> Callable[[Path], object]:
    """A folder with one file."""

    def make(place: Path) -> None:
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(program if isinstance(program, bytes) else program.encode())

    return make


def both(*makers: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda place: [make(place) for make in makers]


def packed(members: dict[str, str | bytes], *, links: dict[str, str] | None = None) -> Callable[[Path], object]:
    """A zip beside the folders."""

    def make(place: Path) -> None:
        with zipfile.ZipFile(place.with_name(place.name + ".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
            for name, target in (links or {}).items():
                member = zipfile.ZipInfo(name)
                member.external_attr = 0o120777 << 16
                archive.writestr(member, target)

    return make


def nameless(place: Path) -> None:
    """A zip with a member whose name ends before it begins."""
    packed({"nameless": "", NOTE: RIGHT})(place)
    archive = place.with_name(place.name + ".zip")
    archive.write_bytes(archive.read_bytes().replace(b"nameless", bytes(8)))


def tarred(program: str) -> Callable[[Path], object]:
    def make(place: Path) -> None:
        with tarfile.open(place.with_name(place.name + ".tar.gz"), "w:gz") as archive:
            member = tarfile.TarInfo(NOTE)
            member.size = len(program)
            archive.addfile(member, io.BytesIO(program.encode()))

    return make


def bomb(place: Path) -> None:
    with zipfile.ZipFile(place.with_name(place.name + ".zip"), "w", zipfile.ZIP_DEFLATED) as archive, archive.open(NOTE, "w") as member:
        for _ in range(300):
            member.write(b"\0" * 1_000_000)


def link(to: str) -> Callable[[Path], object]:
    def make(place: Path) -> None:
        (place / NOTE).parent.mkdir(parents=True)
        os.symlink(to, place / NOTE)

    return make


def wrong(name: str) -> str:
    return (COURSE / "lessons/01_basics/1_note/wrong" / f"{name}.py").read_text()


def encrypted(place: Path) -> None:
    """A zip whose member says that it is: nobody here makes one that really is."""
    packed({NOTE: RIGHT})(place)
    archive = place.with_name(place.name + ".zip")
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    archive.write_bytes(data)


def beside(name: str, content: bytes) -> Callable[[Path], object]:
    """A file beside the folders."""
    return lambda place: place.with_name(name).write_bytes(content)


RAR = b"Rar!\x1a\x07\x01\0"
ZIPPED = io.BytesIO()
with zipfile.ZipFile(ZIPPED, "w") as _archive:
    _archive.writestr(NOTE, RIGHT)

MEMBERS = [
    Member("ada", text(RIGHT), "passed"),
    Member("another way", text((COURSE / "lessons/01_basics/1_note/right/by_shutil.py").read_text()), "passed"),
    Member("windows", text(RIGHT.replace("\n", "\r\n")), "passed"),
    Member("with a mark", text(b"\xef\xbb\xbf" + RIGHT.encode()), "passed"),
    Member("in utf16", text(RIGHT.encode("utf-16")), "passed"),
    Member("in utf16 without mark", text(RIGHT.encode("utf-16-le")), "passed"),
    Member("in latin1", text(b"# coding: latin-1\n# \xfc\n" + RIGHT.encode()), "passed"),
    Member("other case", text(RIGHT, "01_Basics/1_Note/NOTE.PY"), "passed"),
    Member("nested", text(RIGHT, "hand in/final version/work/01_basics/1_note/note.py"), "passed"),
    Member("flat", text(RIGHT, "note.py"), "passed"),
    Member("second download", text(RIGHT, "note (1).py"), "passed"),
    Member("a mail program's", text(RIGHT, "note.py.txt"), "passed"),
    Member("Zoë Müller-Łukasz", text(RIGHT), "passed"),
    Member("=cmd|' calc'!A1", text(RIGHT), "passed"),
    Member("<script>alert(1)</script>".replace("/", "\u2215"), text(RIGHT), "passed"),
    Member("zipped", packed({NOTE: RIGHT, "__MACOSX/01_basics/1_note/._note.py": b"\0\5\x16\7"}), "passed"),
    Member("zipped in a folder", both(text(b"", "readme.md"), text(ZIPPED.getvalue(), "submission.zip")), "passed"),
    Member("zipped with a nameless member", nameless, "passed"),
    Member("tarred", tarred(RIGHT), "passed"),
    Member("twice the same", both(text(RIGHT, "a/note.py"), text(RIGHT, "b/note.py")), "passed"),
    Member("link inside", both(text(RIGHT, "real/program.py"), link("../../real/program.py")), "passed"),
    Member("with a backup", both(text(RIGHT), text(STARTER, NOTE + ".before-reset-1")), "passed"),
    Member("copied ada", text(RIGHT), "passed"),
    Member("starter", text(STARTER), "failed"),
    Member("in capitals", text(wrong("in_capitals")), "failed"),
    Member("another name", text(wrong("another_name")), "failed"),
    Member("misspelt", text(wrong("misspelt")), "failed"),
    Member("says it only", text(wrong("says_it_only")), "failed"),
    Member("no python", text("def (:\n"), "failed"),
    Member("never ends", text(RIGHT + "\nwhile True:\n    pass\n"), "failed"),
    Member("ends at once", text("raise SystemExit(0)\n"), "failed"),
    Member("exits hard", text("import os\n\nos._exit(0)\n"), "failed"),
    Member("prints a pass", text(FAKE), "failed"),
    Member(
        "prints markup", text(HEAD + "raise ValueError('<img src=x onerror=alert(1)> `````` </pre> \\x1b[2J ]]> \\0 \\ud800')\n"), "failed"
    ),
    Member("writes to the grader", text(INTO_THE_GRADER), "failed" if os.getuid() else "could_not_check", isolated="failed"),
    Member("reads the others", text(READS_THE_OTHERS), "failed"),
    Member("floods", text("while True:\n    print('x' * 10_000)\n"), "failed"),
    Member("rewrites the checks", text(REWRITES_THE_CHECKS), "could_not_check", isolated="failed"),
    Member("kills the check", text(KILLS_THE_CHECK), "could_not_check", isolated="failed"),
    Member("nothing", lambda place: place.mkdir(), "not_handed_in"),
    Member("empty file", text(b""), "not_handed_in"),
    Member("blank file", text(b" \n\t\n"), "not_handed_in"),
    Member("something else", text("# Notes\n", "notes.md"), "not_handed_in"),
    Member("link outside", link("/etc/hostname"), "not_handed_in"),
    Member("link in a zip", packed({}, links={NOTE: "/etc/hostname"}), "not_handed_in"),
    Member("climbs out of a zip", packed({"../../" + NOTE: RIGHT}), "not_handed_in"),
    Member("huge", text("#" * 2_000_000 + "\n" + RIGHT), "refused"),
    Member("a picture", text(b"\x89PNG\r\n\x1a\n" + bytes(range(256))), "refused"),
    Member("no utf8", text(b"word = '\xff\xfe\xfa'\n"), "refused"),
    *(Member(f"in {name}", text(f"# coding: {name}\n{RIGHT}"), "refused") for name in ("rot13", "hex", "undefined", "utf-7", "punycode")),
    Member("half characters", text(f"# coding: unicode_escape\nword = '\\ud800'\n{RIGHT}"), "refused"),
    Member("two versions", both(text(RIGHT, "a/note.py"), text(STARTER, "b/note.py")), "refused"),
    Member("bomb", bomb, "refused"),
    Member("encrypted", encrypted, "refused"),
    Member("zipped in a zip", packed({"hand in/submission.zip": ZIPPED.getvalue()}), "refused"),
    Member("broken zip in a folder", text(b"PK\3\4 and no more", "submission.zip"), "refused"),
    Member("another archive in a folder", text(RAR, "submission.rar"), "refused"),
    Member("dora", beside("dora.rar", RAR), "refused"),
    Member("eve.py", beside("eve.py", RIGHT.encode()), "refused"),
    Member("broken zip", lambda place: place.with_name(place.name + ".zip").write_bytes(b"PK\x03\x04 and no more"), "refused"),
]


def make(folder: Path, names: set[str] | None = None) -> list[Member]:
    """Put the class (or those of these names) into a folder, with its grading.toml."""
    folder.mkdir(parents=True)
    (folder / "grading.toml").write_text(GRADING)
    chosen = [member for member in MEMBERS if names is None or member.name in names]
    for member in chosen:
        member.make(folder / member.name)
    return chosen
