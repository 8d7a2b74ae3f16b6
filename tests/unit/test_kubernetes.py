"""The example for Kubernetes is valid by Kubernetes' own schemas, and its parts know each other."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from pipelines.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "pipelines" / "kubernetes.yaml"
OBJECTS: list[dict[str, Any]] = list(yaml.safe_load_all(EXAMPLE.read_text(encoding="utf-8")))
NAMES = [f"{each['kind']} {each['metadata']['name']}" for each in OBJECTS]


@pytest.mark.parametrize("version", ["1.30", "1.34"])
@pytest.mark.parametrize("given", OBJECTS, ids=NAMES)
def test_every_object_is_valid(given: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(given, version, strict=True)


def test_the_validator_refuses_what_is_wrong() -> None:
    wrong = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"ports": [{"port": "many"}]}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.34", strict=True)


def test_the_settings_exist_and_name_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    given = OBJECTS[NAMES.index("ConfigMap spawnwise-settings")]["data"]
    names = {f"SPAWNWISE_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in given if name != "DAGSTER_HOME"} <= names
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    service = OBJECTS[NAMES.index("Service spawnwise-scheduler")]
    address = f"tcp://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}"
    assert Settings().scheduler == address
    workers = OBJECTS[NAMES.index("Deployment spawnwise-workers")]
    assert address in workers["spec"]["template"]["spec"]["containers"][0]["args"]


def test_names_that_are_referred_to_are_defined() -> None:
    launcher = yaml.safe_load(OBJECTS[NAMES.index("ConfigMap spawnwise-dagster")]["data"]["dagster.yaml"])
    config = launcher["run_launcher"]["config"]
    maps = {each["metadata"]["name"] for each in OBJECTS if each["kind"] == "ConfigMap"}
    assert {config["instance_config_map"], *config["env_config_maps"]} <= maps
    accounts = {each["metadata"]["name"] for each in OBJECTS if each["kind"] == "ServiceAccount"}
    assert config["service_account_name"] in accounts
