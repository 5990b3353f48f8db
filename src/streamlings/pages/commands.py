"""The command line as a page: every verb with its arguments and options, as click knows them."""

from __future__ import annotations

import re

import click

from streamlings import cli


def all_commands() -> str:
    """Verbs in the order of `--help`; those of `dev` one by one."""
    parts = []
    for name, verb in cli.app.commands.items():
        parts.append(_verb(f"./streamlings {name}", verb))
        if isinstance(verb, click.Group):
            parts += [_verb(f"./streamlings {name} {inner}", each) for inner, each in verb.commands.items()]
    return "\n\n".join(parts)


def _verb(command: str, verb: click.Command) -> str:
    context = click.Context(verb, info_name=command)
    usage = " ".join([command, *(word for word in verb.collect_usage_pieces(context) if word != "[OPTIONS]")])
    options = [record for p in verb.params if isinstance(p, click.Option) and (record := p.get_help_record(context))]
    listed = [f"`{names.replace('INTEGER RANGE', 'N')}`\n:   {re.sub('x>=', 'at least ', says)}" for names, says in options]
    name = command.removeprefix("./streamlings ")
    return "\n\n".join([f"## {name}", f"```\n{usage}\n```", verb.help or "", *listed])
