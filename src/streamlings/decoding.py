"""Bytes of a record as text for people: JSON, plain text, Avro by a registry's schemas."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from streamlings.errors import LabError

JSON_PIECES = re.compile(r'("(?:[^"\\]|\\.)*")|\s+|([:,])')


def decode(data: bytes, schemas: Schemas) -> str:
    """One line for people: JSON with its spaces made even (nothing else of it is touched), text as it is, Avro as JSON, bytes as repr."""
    if len(data) > 5 and data[0] == 0 and data[1:5] != b"\0\0\0\0":  # ids start at 1; what starts with zeros is a number
        return schemas.decode(int.from_bytes(data[1:5], "big"), data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return repr(data)
    try:
        json.loads(text)
        line = JSON_PIECES.sub(lambda piece: piece[1] or (f"{piece[2]} " if piece[2] else ""), text)
    except (ValueError, RecursionError):
        line = text
    return line if line.isprintable() else repr(text)


@dataclass
class Schemas:
    """Confluent's wire format (a zero byte, the schema's id in 4 bytes, the data) decoded with the schemas of a registry.

    Source: Confluent Schema Registry documentation, "Wire format".
    """

    registry: str
    ask: Callable[[str], Any] | None = None
    known: dict[int, Any] = field(default_factory=dict)

    def decode(self, id: int, data: bytes) -> str:
        """The record as JSON; where that is not possible, which schema it names, how long it is, and why."""
        plain = f"avro, schema id {id}, {len(data)} bytes"
        if not self.registry:
            return plain
        try:
            import fastavro

            schema = self._schema(id)
            if schema is None:
                return f"schema id {id}, {len(data)} bytes (not Avro)"
            value = fastavro.schemaless_reader(io.BytesIO(data[5:]), schema, None)
            return json.dumps(value, ensure_ascii=False, default=_as_text)
        except LookupError:
            return f"{plain} (the registry does not know this id)"
        except LabError as e:
            return f"{plain} ({e.message})"
        except Exception as e:  # whatever a broken record makes of the decoder
            return f"{plain} (cannot be decoded: {type(e).__name__})"

    def _schema(self, id: int) -> Any:
        if id not in self.known:
            from streamlings.servers import registry

            answer: Any = (self.ask or registry.ask)(f"{self.registry}/schemas/ids/{id}")
            is_avro = answer.get("schemaType", "AVRO") == "AVRO"
            self.known[id] = json.loads(answer["schema"]) if is_avro else None
        return self.known[id]


def _as_text(value: Any) -> str:
    """Avro's logical types (decimal, timestamp, uuid) as one would write them; bytes as repr."""
    if isinstance(value, bytes):
        return repr(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
