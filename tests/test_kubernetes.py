"""The manifest for a shared Flink: as the operator's own schema wants it, and of this clone's versions. (Nothing here runs it.)"""

from __future__ import annotations

import copy
import lzma
import re
import tomllib
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from streamlings.paths import ROOT
from streamlings.servers.flink import SETTINGS

CRD = ROOT / "tests/fixtures/kubernetes/flinkdeployments.flink.apache.org-v1.yml.xz"
FOR_A_CLASS = {"metrics.fetcher.update-interval", "jobstore.max-capacity", "kubernetes.rest-service.exposed.type"}
LEARNERS, SLOTS_EACH = 30, 4


def strict(schema: Any) -> Any:
    """As the API server reads it with strict validation: a field that the schema does not name is an error."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        found.setdefault("additionalProperties", False)
    return found


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    definition = YAML(typ="safe").load(lzma.decompress(CRD.read_bytes()))
    (version,) = definition["spec"]["versions"]
    assert version["name"] == "v1beta1"
    schema = strict(version["schema"]["openAPIV3Schema"])
    schema["properties"] |= {"apiVersion": {"const": "flink.apache.org/v1beta1"}, "kind": {"const": "FlinkDeployment"}}
    schema["properties"]["metadata"] = {"type": "object", "required": ["name"]}  # the API server's own
    return Draft202012Validator(schema)


@pytest.fixture
def manifest() -> Any:
    return YAML(typ="safe").load((ROOT / "kubernetes/flink-session.yaml").read_text())


def test_it_is_valid(validator: Draft202012Validator, manifest: Any) -> None:
    validator.validate(manifest)
    assert "job" not in manifest["spec"]  # a session cluster: jobs come from outside


@pytest.mark.parametrize("change", [{"flinkVersion": "2.3"}, {"taskmanager": {}}, {"mode": "session"}, {"taskManager": {"replica": 15}}])
def test_what_is_invalid_is_found(validator: Draft202012Validator, manifest: Any, change: dict[str, Any]) -> None:
    changed = copy.deepcopy(manifest)
    changed["spec"] |= change
    assert not validator.is_valid(changed)


def test_versions_are_those_of_the_course(manifest: Any) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = next(each.split("==")[1] for each in project["dependencies"] if each.startswith("apache-flink=="))
    major, minor, _ = pinned.split(".")
    assert manifest["spec"]["flinkVersion"] == f"v{major}_{minor}"
    assert manifest["spec"]["image"].endswith(f":{pinned}")
    assert f"ARG FLINK=flink:{pinned}-java" in (ROOT / "kubernetes/Dockerfile").read_text()


def test_the_image_has_what_embeds_python_in_flink() -> None:
    """Debian's and Ubuntu's python3 comes without the shared library. The build itself asks for it, as that of the lab does."""
    made = (ROOT / "kubernetes/Dockerfile").read_text()
    assert re.search(r"apt-get install .* libpython3\.12 ", made)
    asks = re.compile(r"python -c \"import find_libpython as f, sys; f\.find_libpython\(\) or sys\.exit")
    assert asks.search(made) and asks.search((ROOT / "Dockerfile").read_text())


def test_its_settings_are_those_of_the_lab(manifest: Any) -> None:
    says = {key: value for key, value in manifest["spec"]["flinkConfiguration"].items() if key not in FOR_A_CLASS}
    assert says == {key: str(SETTINGS[key]) for key in says}


def test_a_class_finds_slots(manifest: Any) -> None:
    spec = manifest["spec"]
    slots = int(spec["flinkConfiguration"]["taskmanager.numberOfTaskSlots"]) * spec["taskManager"]["replicas"]
    assert slots >= LEARNERS * SLOTS_EACH
