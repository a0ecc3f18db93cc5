"""The audit as OSCAL assessment results (NIST, JSON, version 1.1.2): a result a server, an observation a control.

Identifiers are derived from the content (UUID version 5): the same audit gives the same document.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

VERSION = "1.1.2"
COMMAND_SHOWN = 120  # characters; the whole of it is in audit.json, to which the evidence points
NAMESPACE = "https://backbone-daerah.example/ns/oscal"
_ROOT = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_SATISFIED = ("pass", "warning", "attested")
# OSCAL knows "satisfied" and "not-satisfied" alone; the reason tells a waiver and a missing answer from a failure.
_REASON = {"pass": "pass", "warning": "pass", "attested": "pass", "fail": "fail", "error": "other", "waived": "other"}


def _id(*parts: object) -> str:
    return str(uuid.uuid5(_ROOT, "\0".join(map(str, parts))))


def _line(text: str) -> str:
    """One line without blanks at its ends, never empty, as OSCAL wants titles and values."""
    return " ".join(text.split()) or "-"


def _props(**values: str | None) -> list[dict[str, str]]:
    return [
        {"name": name.replace("_", "-"), "ns": NAMESPACE, "value": _line(value)}
        for name, value in values.items()
        if value is not None
    ]


def _observation(run: str, place: int, server: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    sentence = f"Observed: {one['observed']}\n\nExpected: {one['expected']}"
    evidence = [
        {
            "href": f"audit.json#/servers/{place}/answers/{answer}",
            "description": f"Exit status {told['status']} of: {_line(told['command'])[:COMMAND_SHOWN]}",
        }
        for answer in one["evidence"]
        for told in (server["answers"][answer],)
    ]
    return {
        "uuid": _id(run, "observation", one["server"], one["control"]),
        "title": _line(f"{one['control']} {one['title']['en']}"),
        "description": sentence + (f"\n\n{one['note']}" if one["note"] else ""),
        "props": _props(
            status=one["status"],
            measured=one["measured"],
            basis=one["basis"],
            severity=one["severity"],
            stage=one["stage"],
        ),
        "methods": ["EXAMINE"] if one["status"] == "attested" else ["TEST"],
        "types": ["control-objective"],
        "subjects": [{"subject-uuid": _id("server", one["server"]), "type": "inventory-item", "title": one["server"]}],
        **({"relevant-evidence": evidence} if evidence else {}),
        "collected": one["at"],
    }


def _finding(run: str, one: Mapping[str, Any]) -> dict[str, Any]:
    good = one["status"] in _SATISFIED
    state: dict[str, str] = {
        "state": "satisfied" if good else "not-satisfied",
        "reason": _REASON[one["status"]],
        "remarks": f"{one['status']}. " + (one["note"] or one["observed"]),
    }
    return {
        "uuid": _id(run, "finding", one["server"], one["control"]),
        "title": _line(f"{one['control']} {one['title']['en']}"),
        "description": one["requirement"]["en"],
        "props": _props(status=one["status"], since=one["since"]),
        "target": {"type": "objective-id", "target-id": one["control"], "status": state},
        "related-observations": [{"observation-uuid": _id(run, "observation", one["server"], one["control"])}],
        **({} if good else {"remarks": one["repair"] or one["remedy"]["en"]}),
    }


def _result(run: str, place: int, server: Mapping[str, Any]) -> dict[str, Any]:
    findings = server["findings"]
    judged = [one for one in findings if one["status"] != "not_applicable"]
    return {
        "uuid": _id(run, "result", server["name"]),
        "title": _line(f"Audit of {server['name']}"),
        "description": f"{server['region_name']} ({server['region']}), {server['level']}. "
        + (server["fault"]["message"] if server["fault"] else ""),
        "start": server["taken_at"],
        "end": server["taken_at"],
        "props": _props(ready="yes" if server["ready"] else "no"),
        "local-definitions": {
            "inventory-items": [
                {
                    "uuid": _id("server", server["name"]),
                    "description": f"Server {server['name']} of {server['region_name']}",
                    "props": _props(region=server["region"], level=server["level"]),
                }
            ]
        },
        "reviewed-controls": {
            "control-selections": [{"include-controls": [{"control-id": one["control"]} for one in findings]}]
        },
        "observations": [_observation(run, place, server, one) for one in findings],
        **({"findings": [_finding(run, one) for one in judged]} if judged else {}),
    }


def render(document: Mapping[str, Any]) -> str:
    """audit.oscal.json for an audit.json."""
    run = f"{document['generated_at']} {document['inventory']}"
    plan = _id("catalogue", document["catalogue"]["sha256"])
    told = {
        "assessment-results": {
            "uuid": _id(run),
            "metadata": {
                "title": "Backbone Daerah: audit of regional data servers",
                "last-modified": document["generated_at"],
                "version": document["generated_at"],
                "oscal-version": VERSION,
                "props": _props(tool=f"{document['tool']['name']} {document['tool']['version']}"),
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [_result(run, place, server) for place, server in enumerate(document["servers"])],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": "The catalogue of controls",
                        "description": f"{document['catalogue']['controls']} controls, version "
                        f"{document['catalogue']['version']}, SHA-256 {document['catalogue']['sha256']}; "
                        "every control is measured on every server that it applies to.",
                    }
                ]
            },
        }
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"
