"""The result's JSON Schema as a page."""

from __future__ import annotations

import json
from typing import Any

from streamlings.paths import ROOT

PATH = ROOT / "src" / "streamlings" / "report" / "result.schema.json"


def result() -> str:
    """Every field with its type and meaning, and the whole schema."""
    text = PATH.read_text(encoding="utf-8")
    root = json.loads(text)
    check = root["properties"]["checks"]["items"]
    trap = next(each for each in check["properties"]["trap"]["oneOf"] if each["type"] == "object")
    tables = {"The result": root, "Each of its checks": check, "A check's trap": trap}
    parts = [f"## {name}\n\n{_fields(fields['properties'])}" for name, fields in tables.items()]
    return "\n\n".join([*parts, f"## The schema\n\n```json\n{text.rstrip()}\n```"])


def _fields(properties: dict[str, Any]) -> str:
    return "\n\n".join(f"`{name}`\n:   {', '.join(filter(None, [_type(f), f.get('description')]))}" for name, f in properties.items())


def _type(field: dict[str, Any]) -> str:
    if "const" in field:
        return f"always `{field['const']}`"
    if "enum" in field:
        return "one of " + ", ".join(f"`{value}`" for value in field["enum"])
    if "oneOf" in field:
        return " or ".join(each["type"] for each in field["oneOf"])
    if field["type"] == "array":
        return f"list of {field['items']['type']}s"
    return str(field["type"])
