"""The files of ``deploy`` name metrics, commands, options and headings that are there."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from khop.daemon.outside.metrics import METRICS
from tools.blocks.commands import commands
from tools.repository import ROOT

DEPLOY = ROOT / "deploy"
RULES = "prometheus/khop.rules.yaml"
BOARD = "grafana/khop.json"


def read(name: str) -> Any:
    text = (DEPLOY / name).read_text("utf-8")
    return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)


def alerts() -> list[dict[str, Any]]:
    return [rule for group in read(RULES)["groups"] for rule in group["rules"]]


def expressions() -> Iterator[str]:
    yield from (alert["expr"] for alert in alerts())
    for panel in read(BOARD)["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_every_metric_and_label_exists() -> None:
    seen = set()
    for expression in expressions():
        names = re.findall(r"\bkhop_\w+", expression)
        assert names, expression
        metrics = [METRICS[re.sub(r"_(bucket|sum|count)$", "", name)] for name in names]
        labels = {label for metric in metrics for label in metric.labels} | {"le"}
        used = re.findall(r"(\w+)=~?\"", expression)
        for group in re.findall(r"by \(([^)]*)\)", expression):
            used += group.split(", ")
        assert set(used) <= labels, expression
        seen |= {metric.name for metric in metrics}
    assert len(seen) > 12


def test_every_state_that_is_asked_for_is_one_that_the_page_names() -> None:
    page = (ROOT / "docs/operate.md").read_text("utf-8")
    for expression in expressions():
        for metric, states in re.findall(r"(khop_\w+)\{state=~?\"([^\"]+)\"", expression):
            (row,) = re.findall(rf"^\| `{metric}` .*$", page, re.MULTILINE)
            known = set(re.findall(r"`(\w+)`", row)) | {"open", "assigned", "explained"}
            assert set(states.split("|")) <= known, expression


def test_each_alert_leads_to_a_heading_of_the_runbook() -> None:
    page = (ROOT / "docs/operate.md").read_text("utf-8")
    runbook = page.split("\n## Runbook\n")[1].split("\n## ")[0]
    heads = re.findall(r"^### (.+)$", runbook, re.MULTILINE)
    anchors = {f"docs/operate.md#{head.lower().replace(' ', '-')}" for head in heads}
    led = {alert["annotations"]["runbook"] for alert in alerts()}
    assert led == anchors
    assert len({alert["alert"] for alert in alerts()}) == len(alerts())


def test_the_labels_in_a_summary_are_in_its_expression() -> None:
    for alert in alerts():
        labels = re.findall(r"\$labels\.(\w+)", alert["annotations"]["summary"])
        assert all(f"by ({label})" in alert["expr"] for label in labels), alert["alert"]


def test_the_panels_of_the_board_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    panels = read(BOARD)["panels"]
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in panels}) == len(panels)


def _known(words: list[str]) -> None:
    """Raise when the words after ``khop`` are no command with these options."""
    path = "khop"
    every = commands()
    while words and f"{path} {words[0]}" in every:
        path = f"{path} {words.pop(0)}"
    options = {option for one in every[path].params for option in one.opts} | {"--help"}
    assert {word for word in words if word.startswith("-")} <= options, path
    assert path != "khop" or words == ["--help"]


def test_the_containers_call_commands_that_are_there() -> None:
    services = read("compose.yaml")["services"]
    called = [each["command"] for each in services.values() if "command" in each]
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    called += [json.loads(found) for found in re.findall(r"^CMD (.+)$", text, re.MULTILINE)]
    assert len(called) == 4
    for words in called:
        _known(list(words))


def test_the_program_that_asks_for_health_is_whole() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    (words,) = re.findall(r"^HEALTHCHECK .*\n +CMD (.+)$", text, re.MULTILINE)
    program, option, code = json.loads(words)
    assert (program, option) == ("python", "-c")
    assert "/healthz" in code
    compile(code, "healthcheck", "exec")


def test_the_container_has_the_packages_that_the_page_carries_over() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    (install,) = re.findall(r"pip install (.+)$", text, re.MULTILINE)
    words = shlex.split(install)
    assert {"--no-index", "--find-links", "--constraint"} <= set(words)
    page = (ROOT / "docs/operate.md").read_text("utf-8")
    assert words[-1] in page


def test_the_time_to_stop_is_longer_than_that_of_khop() -> None:
    from khop.config.daemon import DaemonSettings

    node = read("compose.yaml")["services"]["node-1"]
    assert int(node["stop_grace_period"].rstrip("s")) >= DaemonSettings().stop_seconds + 10


@pytest.mark.parametrize("name", ["compose.yaml", "prometheus/prometheus.yaml"])
def test_the_ports_of_the_nodes_are_those_that_khop_listens_on(name: str) -> None:
    assert "8790" in (DEPLOY / name).read_text("utf-8")
    assert read(name)


def test_nothing_is_open_beyond_this_machine_by_itself() -> None:
    for service in read("compose.yaml")["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
