"""Every alarm rule names a metric that something of ours writes, and tells a person what to do in both languages."""

from __future__ import annotations

import re

import pytest
import yaml

from provision import paths

RULES = yaml.safe_load((paths.templates_dir() / "prometheus" / "backbone.rules.yml").read_text())["groups"][0]["rules"]
WRITERS = ("roles", "provision", "backbone_sync")
FOREIGN = {"node_textfile_scrape_error"}  # node_exporter's own


def sources() -> str:
    """The text of all that writes metrics."""
    root = paths.templates_dir().parent
    files = [
        path
        for name in WRITERS
        for path in (root / name).rglob("*")
        if path.is_file() and path.suffix in ("", ".py", ".j2", ".yml") and "__pycache__" not in path.parts
    ]
    text = "\n".join(path.read_text(errors="replace") for path in files)
    # Two of the sync's are made in a loop.
    return text + "\n".join(f"backbone_sync_{name}_timestamp_seconds" for name in ("last_run", "last_success"))


WRITTEN = sources()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_rests_on_metrics_that_are_written(rule: dict[str, object]) -> None:
    metrics = set(re.findall(r"\b(?:backbone|node)_[a-z_]+", str(rule["expr"])))
    assert metrics
    assert [name for name in metrics - FOREIGN if not re.search(rf"\b{name}\b", WRITTEN)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_is_told_to_people(rule: dict[str, object]) -> None:
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[mh]", str(rule["for"]))
    told = rule["annotations"]
    assert isinstance(told, dict)
    assert all(told[name] for name in ("summary", "summary_en", "repair"))
    assert told["summary"] != told["summary_en"]
    assert str(rule["expr"]).count("(") == str(rule["expr"]).count(")")


def test_the_names_are_distinct() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
