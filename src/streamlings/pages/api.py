"""A module's public functions, classes and methods as a page, from its source: nothing is imported, so nothing runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from inspect import cleandoc

from streamlings.errors import LabError
from streamlings.paths import ROOT

Function = ast.FunctionDef | ast.AsyncFunctionDef


def module(path: str) -> str:
    """What stands in a source file, given by its path in the repository. Raises LabError where there is none."""
    source = ROOT / path
    if not source.is_file():
        raise LabError(f"there is no {path}", hint="which file documents this now?")
    tree = ast.parse(source.read_text(encoding="utf-8"))
    return "\n\n".join(part for part in (_doc(tree), *_members(tree)) if part)


def _members(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and _is_public(node.name):
            yield f"### {node.name}"
            yield _doc(node)
            for method in node.body:
                if isinstance(method, Function) and _is_public(method.name) and ast.get_docstring(method):
                    yield _signature(method)
                    yield _doc(method)
        elif isinstance(node, Function) and _is_public(node.name) and ast.get_docstring(node):
            yield _signature(node)
            yield _doc(node)


def _signature(function: Function) -> str:
    arguments = ast.unparse(function.args).removeprefix("self, ").removeprefix("self")
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    is_value = any(isinstance(d, ast.Name) and d.id in ("property", "cached_property") for d in function.decorator_list)
    call = f"{function.name}{returns.replace(' ->', ':')}" if is_value else f"{function.name}({arguments}){returns}"
    return f"#### {function.name}\n\n```python\n{call}\n```"


def _doc(node: ast.Module | ast.ClassDef | Function) -> str:
    return cleandoc(ast.get_docstring(node) or "")


def _is_public(name: str) -> bool:
    return not name.startswith("_")
