"""The doctor, shown machines that this one is not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from streamlings.doctor import lab, machine
from streamlings.doctor.examine import examine
from streamlings.doctor.finding import Finding
from streamlings.report import doctor as report
from streamlings.servers.process import Process
from streamlings.servers.state import LabState

GB = 10**9
WSL2 = "Linux version 5.15.153.1-microsoft-standard-WSL2 (gcc 11.2.0)"
WSL1 = "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com)"
DEBIAN = "Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)"


def answering(code: int, words: str) -> lab.Run:
    return lambda argv: (code, words)


def failing(error: Exception) -> lab.Run:
    def run(argv: list[str]) -> tuple[int, str]:
        raise error

    return run


def refuse(*_: object) -> None:
    raise OSError("Operation not permitted")


CASES: list[tuple[str, Finding | None, bool | None, str, str]] = [
    # what, finding, ok, words of what it says, words of what to do
    ("python 3.11", machine.python((3, 11, 9), 64), True, "3.11.9, 64 bit", ""),
    ("python 3.13", machine.python((3, 13, 1), 64), False, "3.13.1", "3.11 or 3.12"),
    ("32 bit", machine.python((3, 11, 9), 32), False, "32 bit", "64 bit"),
    ("libpython", machine.shared_python("/usr/lib/libpython3.11.so.1.0"), True, "libpython3.11.so", ""),
    ("no libpython", machine.shared_python(None), False, "no shared library", "apt install libpython3.11"),
    ("Linux", machine.architecture("Linux", "x86_64"), True, "x86_64", ""),
    ("Linux on arm", machine.architecture("Linux", "aarch64"), False, "apache-flink has no wheel", "a Linux x86-64 machine"),
    ("Apple silicon", machine.architecture("Darwin", "arm64"), None, "apache-beam", "xcode-select"),
    ("Windows", machine.architecture("Windows", "AMD64"), False, "WSL 2", "Linux home"),
    ("java", lab.java_runtime(answering(0, '\nopenjdk version "21.0.8"\n'), "java"), True, '"21.0.8" (brought along)', ""),
    ("java missing", lab.java_runtime(failing(FileNotFoundError("java")), "java"), False, "does not start", ".venv"),
    ("java broken", lab.java_runtime(answering(127, "libjli.so not found"), "java"), False, "127: libjli.so", ".venv"),
    ("memory", machine.memory(8 * GB, 5 * GB, None, wsl=False), True, "5.0 GB free of 8.0 GB", ""),
    ("memory taken", machine.memory(8 * GB, 1 * GB, None, wsl=False), None, "1.0 GB free of 8.0 GB", "close"),
    ("small machine", machine.memory(2 * GB, 1 * GB, None, wsl=False), False, "takes up to 2.5 GB", "4 GB"),
    ("small container", machine.memory(32 * GB, 30 * GB, 2 * GB, wsl=False), False, "2.0 GB free of 2.0 GB", "container"),
    ("small WSL", machine.memory(2 * GB, 1 * GB, None, wsl=True), False, "2.0 GB", ".wslconfig"),
    ("disk", machine.disk("the clone", Path("/c"), 9 * GB, needed=GB), True, "9.0 GB free for the clone", ""),
    (
        "full disk",
        machine.disk("the cache", Path("/c"), GB, needed=1.5 * GB),
        False,
        "1.0 GB free",
        "1.5 GB free at /c, or let STREAMLINGS_CACHE",
    ),
    ("loopback", machine.loopback(lambda: None), True, "127.0.0.1", ""),
    ("no loopback", machine.loopback(refuse), False, "Operation not permitted", "firewall"),
    ("localhost", machine.localhost(lambda _: {"127.0.0.1", "::1"}), True, "127.0.0.1", ""),
    ("localhost is IPv6", machine.localhost(lambda _: {"::1"}), False, "resolves to ::1", "/etc/hosts"),
    ("localhost is nothing", machine.localhost(refuse), False, "nothing", "/etc/hosts"),  # type: ignore[arg-type]
    ("no proxy", machine.proxies({"HTTPS_PROXY": "http://p:1", "HTTP_PROXY": ""}), True, "none", ""),
    ("proxy", machine.proxies({"http_proxy": "http://ada:secret@p:1"}), False, "http_proxy would catch", "NO_PROXY=127.0.0.1"),
    ("spared", machine.proxies({"ALL_PROXY": "socks5://p:1", "no_proxy": "x, 127.0.0.1"}), True, "spares", ""),
    ("open files", machine.open_files(1024), True, "1024", ""),
    ("few open files", machine.open_files(256), False, "256 allowed", "ulimit -n 4096"),
    ("WSL", machine.wsl(WSL2, "/home/ada/streamlings"), True, "version 2", ""),
    ("WSL on a Windows disk", machine.wsl(WSL2, "/mnt/c/Users/ada/streamlings"), False, "/mnt/c", "Linux home"),
    ("WSL 1", machine.wsl(WSL1, "/home/ada"), False, "version 1", "--set-version"),
    ("downloads", lab.downloads({"kafka": 0, "flink": 0}), True, "all here", ""),
    ("downloads missing", lab.downloads({"kafka": 45_000_000, "flink": 0}), None, "Kafka (45 MB)", ""),
    ("no docker", lab.docker(None, answering(0, "")), None, "not needed", ""),
    ("docker", lab.docker("docker", answering(0, "27.1.1\n")), True, "engine 27.1.1", ""),
    ("docker forbidden", lab.docker("docker", answering(1, "permission denied while trying")), None, "may not", "usermod"),
    ("docker down", lab.docker("docker", answering(1, "Cannot connect to the Docker daemon")), None, "does not run", "start Docker"),
    ("docker hangs", lab.docker("docker", failing(TimeoutError())), None, "does not answer", ""),
    ("lab down", lab.lab_state(LabState(), False), None, "does not run", "./streamlings up"),
    ("lab corrupt", lab.lab_state(LabState(), True), False, "lab.json.corrupt", "delete the file"),
]


@pytest.mark.parametrize(("finding", "ok", "says", "mend"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_finding(finding: Finding | None, ok: bool | None, says: str, mend: str) -> None:
    assert finding is not None
    assert finding.ok is ok
    assert says in finding.says
    assert mend in finding.mend
    assert ok is not False or finding.mend, "what is to be mended must say how"
    assert ok is not True or not finding.mend, "what is well needs no mending"


def test_where_there_is_nothing_to_look_at() -> None:
    assert machine.wsl(DEBIAN, "/mnt/c/streamlings") is None
    assert machine.open_files(None) is None


def test_no_password_of_a_proxy_is_told() -> None:
    finding = machine.proxies({"HTTP_PROXY": "http://ada:secret@proxy:8080"})
    assert "secret" not in finding.says + finding.mend


def test_a_server_that_ended_is_named() -> None:
    gone = Process("kafka", 2**22 + 1, 0.0, "kafka.log")  # a pid that no Linux gives
    finding = lab.lab_state(LabState(processes={"kafka": gone}), False)
    assert (finding.ok, finding.says) == (False, "ended by itself: kafka")


def test_this_machine_is_examined() -> None:
    names = [finding.name for finding in examine()]
    assert names[:4] == ["python", "libpython", "architecture", "java"]
    assert {"memory", "disk", "loopback", "localhost", "proxy", "downloads", "docker", "lab"} <= set(names)


def test_the_report_reads_well_without_colour() -> None:
    out = io.StringIO()
    findings = [Finding("java", True, "21"), Finding("docker", None, "[not] installed"), Finding("localhost", False, "is ::1", "mend it")]
    report.show(findings, Console(file=out, highlight=False, width=20))
    assert out.getvalue().splitlines() == [
        "  ok    java          21",
        "  note  docker        [not] installed",
        "  MEND  localhost     is ::1",
        "                      hint: mend it",
        "",
        "1 thing to mend",
    ]
