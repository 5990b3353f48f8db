"""The schema registry on the stage: what the program asked of it, the subjects and schemas in it, and the bytes that name them.

Bytes are in Confluent's wire format: a zero byte, the schema's id in four bytes, most significant first, and the Avro data (Confluent
Schema Registry documentation, "Wire format").
"""

from __future__ import annotations

import io
import json
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from streamlings.errors import LabError
from streamlings.servers import registry, subjects
from streamlings.stage.registry_proxy import RegistryProxy, Request

Schema = dict[str, Any]
HEADER = struct.Struct(">bI")


@dataclass(frozen=True)
class Version:
    """One version of a subject: its number (from 1), the schema's id in the whole registry, and the schema: as JSON has it (a dict, where
    it is a record), or its text where it is no JSON."""

    number: int
    id: int
    schema: Any


class StageRegistry:
    """`address` is what the program sees as `lab.registry`: a proxy that remembers its requests. The scenario and the checks ask the
    registry itself, and are not counted."""

    def __init__(self, registry_address: str, prefix: str) -> None:
        self._behind, self._prefix = registry_address, prefix
        self._known: dict[int, Schema | None] = {}
        self._before = set(subjects.names(registry_address))
        self.proxy = RegistryProxy(registry_address)
        self.address = self.proxy.address

    @property
    def requests(self) -> list[Request]:
        """What the program has asked so far, and what it was answered."""
        return self.proxy.requests

    def subject(self, topic: str) -> str:
        """The subject of a topic's values: the topic's full name and "-value" (Confluent's TopicNameStrategy, and Flink's default)."""
        return f"{self._prefix}{topic}-value"

    def registrations(self) -> list[tuple[str, Request]]:
        """The program's attempts to register a schema, each with its subject."""
        found = []
        for request in self.requests:
            parts = request.path.partition("?")[0].strip("/").split("/")
            if request.method == "POST" and len(parts) == 3 and (parts[0], parts[2]) == ("subjects", "versions"):
                found.append((unquote(parts[1]), request))
        return found

    def register(self, subject: str, schema: Schema) -> int:
        """Register a schema; its id. Raises LabError where the registry refuses it."""
        answer: Any = registry.ask(self._of(subject), method="POST", body={"schema": json.dumps(schema)})
        return int(answer["id"])

    def versions(self, subject: str) -> list[Version]:
        """All versions of a subject, the oldest first; [] where there is no such subject."""
        try:
            numbers: Any = registry.ask(self._of(subject))
            answers: list[Any] = [registry.ask(f"{self._of(subject)}/{number}") for number in numbers]
        except LookupError:
            return []
        return [Version(int(a["version"]), int(a["id"]), _parsed(a["schema"])) for a in answers]

    def compatibility(self, subject: str) -> str:
        """The subject's own level: FULL, BACKWARD...; "NONE" where it has none of its own (Apicurio's answer), "" without the subject."""
        try:
            answer: Any = registry.ask(f"{self._behind}/config/{quote(subject, safe='')}")
        except LookupError:
            return ""
        return str(answer["compatibilityLevel"])

    def schema(self, id: int) -> Schema | None:
        """The Avro schema with this id; None where the registry knows none."""
        if id not in self._known:
            try:
                answer: Any = registry.ask(f"{self._behind}/schemas/ids/{id}")
                self._known[id] = json.loads(answer["schema"])
            except (LookupError, ValueError):
                self._known[id] = None
        return self._known[id]

    def encode(self, id: int, event: dict[str, Any]) -> bytes:
        """An event in wire format, by the schema of that id."""
        import fastavro

        written = io.BytesIO(HEADER.pack(0, id))
        written.seek(0, io.SEEK_END)
        fastavro.schemaless_writer(written, self.schema(id), event)
        return written.getvalue()

    def decode(self, value: bytes, reader: Schema | None = None) -> dict[str, Any]:
        """What a Python reader (fastavro) makes of a record in wire format, by the writer's schema or resolved with the `reader`'s own.

        Raises ValueError, in words, where it is no wire format, its id is unknown, bytes are left over, or the two schemas do not fit.
        """
        import fastavro

        id = schema_id(value)
        writer = None if id is None else self.schema(id)
        if writer is None:
            raise ValueError("no wire format" if id is None else f"the registry has no schema with id {id}")
        data = io.BytesIO(value[HEADER.size :])
        try:
            event = fastavro.schemaless_reader(data, writer, reader)
        except Exception as e:  # whatever broken bytes make of the decoder
            raise ValueError(f"{type(e).__name__}: {e}") from e
        if data.read(1):
            raise ValueError("there are bytes behind the record")
        if not isinstance(event, dict):
            raise ValueError(f"it is no record, but {event!r}")
        return event

    def assert_well(self) -> None:
        """Raise LabError where the registry does not answer any more."""
        if not registry.answers(self._behind):
            raise LabError("the schema registry stopped answering during the check", hint="./streamlings status")

    def close(self) -> None:
        """Stop listening. Subjects that the program has made go, whatever it called them; the level of the whole registry is put back."""
        self.proxy.close()
        made = {subject for subject, _ in self.registrations()} - self._before
        with suppress(LabError):  # a registry that has ended: the next check clears up, and it gets its level when it is started again
            if made:
                subjects.remove(self._behind, made.__contains__)
            if any(r.method in ("PUT", "DELETE") and r.path.partition("?")[0].rstrip("/") == "/config" for r in self.requests):
                registry.ask(f"{self._behind}/config", method="PUT", body={"compatibility": registry.DEFAULT_LEVEL})

    def _of(self, subject: str) -> str:
        return f"{self._behind}/subjects/{quote(subject, safe='')}/versions"


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def schema_id(value: bytes | None) -> int | None:
    """The id that a record in wire format names; None where it does not begin with a zero byte and four more."""
    if value is None or len(value) < HEADER.size or value[0] != 0:
        return None
    return int(HEADER.unpack_from(value)[1])
