"""Mistakes in DataStream programs: keys, windows, outputs, state. Each operator takes a program and yields edits."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from streamlings.dev.mutants.exchanges import TIME_UNITS
from streamlings.dev.mutants.source import Edit, Source, without

LENGTH = re.compile(r"(?P<start>.+\.(?:of_)?)(?P<unit>[a-z]+)\((?P<number>\d+)\)\Z", re.DOTALL)


def key_coarsened(source: Source) -> Iterator[Edit]:
    """One key for all events; of a key of several parts, one less."""
    for call in _calls(source, "key_by"):
        for function in call.args[:1]:
            if isinstance(function, ast.Lambda):
                yield source.replace(function.body, '"all"')
                if isinstance(function.body, ast.Tuple):
                    parts = [source.span(part) for part in function.body.elts]
                    yield from (without(source.text, parts, at) for at in range(len(parts)) if len(parts) > 2)
                    yield from (source.replace(function.body, source.text_of(part)) for part in function.body.elts if len(parts) == 2)


def window_exchanged(source: Source) -> Iterator[Edit]:
    """Tumbling, sliding and session windows for each other."""
    for node in _calls(source, "of", "with_gap"):
        function = node.func
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name) or not node.args:
            continue
        name, size = function.value.id, source.text_of(node.args[0])
        if name.startswith("Tumbling") and (step := _finer(size)):
            yield source.replace(node, f"{source.reach(name.replace('Tumbling', 'Sliding'), beside=name)}.of({size}, {step})")
        elif name.startswith("Sliding") and len(node.args) > 1:
            yield source.replace(node, f"{source.reach(name.replace('Sliding', 'Tumbling'), beside=name)}.of({size})")
        elif name.endswith("SessionWindows") and function.attr == "with_gap":
            other = f"Tumbling{name.removesuffix('SessionWindows')}Windows"
            yield source.replace(node, f"{source.reach(other, beside=name)}.of({size})")


def output_dropped(source: Source) -> Iterator[Edit]:
    """What is yielded; and what goes to a side output goes with the others."""
    for node in source.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield):
            yield source.replace(node, "yield from ()")  # so that it stays a generator
            value = node.value.value
            if isinstance(value, ast.Tuple) and len(value.elts) == 2 and _is_tag(source, value.elts[0]):
                yield source.replace(value, source.text_of(value.elts[1]))


def state_shared(source: Source) -> Iterator[Edit]:
    """Two states of one kind under one name are one state."""
    named: dict[str, list[ast.expr]] = {}
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("StateDescriptor"):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                rest = " ".join(source.text_of(argument) for argument in node.args[1:])
                named.setdefault(f"{node.func.id} {rest}", []).append(first)
    for names in named.values():
        yield from (source.replace(name, source.text_of(names[0])) for name in names[1:])


def _calls(source: Source, *names: str) -> Iterator[ast.Call]:
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield node


def _finer(size: str) -> str:
    """Half of a length of time such as `Time.minutes(10)`, one of the next finer unit for one; "" where it is not written so."""
    length = LENGTH.match(size)
    if length is None or length["unit"] not in TIME_UNITS or size.endswith("seconds(1)"):
        return ""
    number, at = int(length["number"]), TIME_UNITS.index(length["unit"])
    return f"{length['start']}{length['unit']}({number // 2})" if number > 1 else f"{length['start']}{TIME_UNITS[at + 1]}(1)"


def _is_tag(source: Source, node: ast.expr) -> bool:
    """Whether it is a name that an OutputTag was given."""
    tags = {
        target.id
        for n in ast.walk(source.tree)
        if isinstance(n, ast.Assign) and isinstance(n.value, ast.Call) and getattr(n.value.func, "id", "") == "OutputTag"
        for target in n.targets
        if isinstance(target, ast.Name)
    }
    return isinstance(node, ast.Name) and node.id in tags


OPERATORS: list[Callable[[Source], Iterator[Edit]]] = [key_coarsened, window_exchanged, output_dropped, state_shared]
