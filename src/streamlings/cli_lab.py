"""The verbs about the lab, and about this machine and this clone."""

from __future__ import annotations

from pathlib import Path

import click

from streamlings.cli_dev import backend_option, json_option, say


@click.command()
@click.argument("topic")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--partition", type=click.IntRange(min=0))
def look(topic: str, limit: int, partition: int | None) -> None:
    """Show a topic's records, decoded: key, value, time, partition, headers. During a `run`: of the topic that it uses."""
    from streamlings import look as reader
    from streamlings.report import look as report
    from streamlings.servers import backends

    lab = backends.up(needs={"kafka"}, say=say)
    meant = reader.current(lab.kafka, topic, prefix=lab.prefix)
    report.show(reader.records(lab.kafka, meant, limit=limit, partition=partition, registry=lab.registry))


@click.command()
@click.argument("servers", nargs=-1, metavar="[SERVER]...")
@backend_option
@click.option("--kafka", metavar="HOST:PORT", help="with --backend external: where they are")
@click.option("--flink", metavar="HOST:PORT")
@click.option("--registry", metavar="URL")
@click.option("--postgres", metavar="URL")
def up(servers: tuple[str, ...], **addresses: str | None) -> None:
    """Start the lab: Kafka and Flink, or the servers named (kafka, flink, registry, postgres)."""
    from streamlings import lab_commands

    lab_commands.up(list(servers), {name: address for name, address in addresses.items() if address}, say)


@click.command()
def down() -> None:
    """End what `up` started. Kafka's data stays."""
    from streamlings.servers import backends, state

    was = state.read()
    ended = backends.down(say)
    if was.backend == "external" and was.runs:
        print("the servers are forgotten; they go on")
    else:
        print("ended " + ", ".join(ended) if ended else "the lab was not running")


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Which servers run, and where."""
    from streamlings import lab_commands

    lab_commands.status(as_json=as_json)


@click.command()
def doctor() -> None:
    """Look at this machine, and say what to mend."""
    from streamlings.doctor.examine import examine
    from streamlings.report import doctor as report

    findings = examine()
    report.show(findings)
    raise SystemExit(3 if any(f.ok is False for f in findings) else 0)


@click.command()
@click.option("--port", type=click.IntRange(min=1, max=65535), help="default: a free one")
def docs(port: int | None) -> None:
    """Build the course's site and serve it on this machine, until Ctrl-C."""
    from streamlings.pages import serve

    serve.serve(port, say)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def pack(file: Path | None) -> None:
    """One archive with all that the course needs on machines like this one that have no network: `start --from FILE`."""
    from streamlings.pack import make
    from streamlings.report.download import download_report

    make.make(file, say, download_report("packing", "packed"))


@click.command()
@click.option("--fast", is_flag=True, help="only what needs no server: two minutes")
def selftest(fast: bool) -> None:
    """Everything that must hold; what CI runs."""
    from streamlings.dev import selftest as tests

    raise SystemExit(tests.run(fast=fast))
