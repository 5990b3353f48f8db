"""The verbs about the lab, and about this machine and this clone."""

from __future__ import annotations

import click

from streamlings.cli_dev import json_option, say


@click.command()
@click.argument("topic")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--partition", type=click.IntRange(min=0))
def look(topic: str, limit: int, partition: int | None) -> None:
    """Show a topic's records, decoded: key, value, time, partition, headers. During a `run`: of the topic that it uses."""
    from streamlings import look as reader
    from streamlings.report import look as report
    from streamlings.servers import native

    lab = native.up(needs={"kafka"}, say=say)
    report.show(reader.records(lab.kafka, reader.current(lab.kafka, topic), limit=limit, partition=partition, registry=lab.registry))


@click.command()
@click.argument("servers", nargs=-1, metavar="[SERVER]...")
def up(servers: tuple[str, ...]) -> None:
    """Start the lab: Kafka and Flink, or the servers named (kafka, flink, registry, postgres)."""
    from streamlings import lab_commands

    lab_commands.up(list(servers), say)


@click.command()
def down() -> None:
    """End what `up` started. Kafka's data stays."""
    from streamlings.servers import native

    ended = native.down(say)
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
@click.option("--fast", is_flag=True, help="only what needs no server: two minutes")
def selftest(fast: bool) -> None:
    """Everything that must hold; what CI runs."""
    from streamlings.dev import selftest as tests

    raise SystemExit(tests.run(fast=fast))
