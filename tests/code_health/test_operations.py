"""The operator's pages and files name what exists, with the defaults it has."""

import re
from pathlib import Path

import pytest
import yaml

from service.hooks import catalog
from service.hooks.catalog import needs
from service.settings import PREFIX, Settings, unknown_names
from service.telemetry import Metrics

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
INTEGRATION = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
SET_BY_THE_COMMAND = {"as_of", "assess_route", "fixtures_dir"}


def settings_table():
    """Setting → default, as the page prints it. A row may hold several, parted by a middle dot."""
    section = OPERATIONS.partition("## Settings")[2].partition("\n## ")[0]
    found = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        names = re.findall(r"`([A-Z_]+)`", cells[0])
        if line.startswith("| `"):
            defaults = [part.strip().strip("`") for part in (cells[1] if len(cells) > 2 else "").split("·")]
            found |= dict(zip(names, defaults + [""] * (len(names) - len(defaults)), strict=True))
    return found


def printed(value):
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def test_every_setting_is_in_the_table_and_no_other():
    assert set(settings_table()) == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", sorted(set(Settings.model_fields) - SET_BY_THE_COMMAND))
def test_a_default_is_printed_as_it_is(name):
    assert settings_table()[name.upper()] == printed(Settings.model_fields[name].default)


def test_metrics_named_in_the_page_are_those_measured():
    metrics = Metrics()
    measured = set(re.findall(r"^# TYPE (tace_cds_\w+)", metrics.exposition().decode(), re.MULTILINE))
    named = set(re.findall(r"`(tace_cds_\w+)", OPERATIONS))
    assert {name for name in measured if not name.endswith("_created")} <= named
    assert named <= measured


def test_every_prefetch_key_and_service_is_in_the_integration_page():
    assert set(re.findall(r"^\| `(\w+)` \|", INTEGRATION, re.MULTILINE)) == {need.key for need in needs()}
    assert set(re.findall(r"^\| `(tace-[\w-]+)` \|", INTEGRATION, re.MULTILINE)) == {s.id for s in catalog.SERVICES}


def documents(name):
    return [each for each in yaml.safe_load_all((ROOT / "deploy" / name).read_text(encoding="utf-8")) if each]


def of_kind(kind):
    (found,) = [each for each in documents("kubernetes.yaml") if each["kind"] == kind]
    return found


def test_the_manifest_sets_what_exists():
    container = of_kind("Deployment")["spec"]["template"]["spec"]["containers"][0]
    environment = of_kind("ConfigMap")["data"] | {each["name"]: "" for each in container["env"]}
    assert unknown_names(environment) == []
    assert environment[f"{PREFIX}TRUST"] == "required"


def test_the_manifest_runs_as_the_image_does():
    pod = of_kind("Deployment")["spec"]["template"]["spec"]
    container = pod["containers"][0]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"USER {pod['securityContext']['runAsUser']}:" in dockerfile
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert {each["mountPath"] for each in container["volumeMounts"]} >= {"/tmp", "/data"}
    assert f"EXPOSE {container['ports'][0]['containerPort']}" in dockerfile
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"


def test_the_manifest_holds_together():
    deployment, mounted = of_kind("Deployment"), of_kind("Deployment")["spec"]["template"]["spec"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    for selector in (
        deployment["spec"]["selector"]["matchLabels"],
        of_kind("Service")["spec"]["selector"],
        of_kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        of_kind("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    ):
        assert selector == labels
    assert {each["name"] for each in mounted["containers"][0]["volumeMounts"]} == {
        v["name"] for v in mounted["volumes"]
    }
    drains = float(of_kind("ConfigMap")["data"][f"{PREFIX}DRAIN_DELAY_SECONDS"]) + Settings().drain_seconds
    assert mounted["terminationGracePeriodSeconds"] > drains + 5


def test_the_compose_file_sets_what_exists():
    (compose,) = documents("compose.yaml")
    service = compose["services"]["tace-cds"]
    assert unknown_names(service["environment"]) == []
    assert service["read_only"] is True
    assert service["deploy"]["replicas"] == 2
    assert service["environment"][f"{PREFIX}STORE"].startswith("postgresql://")
    assert "ports" not in service


def test_the_proxy_has_the_limits_of_the_service():
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    megabytes = int(re.search(r"client_max_body_size (\d+)m;", text)[1])
    assert megabytes * 1_000_000 == Settings.model_fields["max_body_bytes"].default
    assert "TLSv1.1" not in text
    assert text.count("{") == text.count("}")
