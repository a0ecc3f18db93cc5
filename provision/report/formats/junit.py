"""The audit as JUnit XML, which every CI server shows: a suite a server, a case a control."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as Tree

# What XML 1.0 cannot hold, escaped or not.
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# waived and not_applicable count for nothing and are no pass either.
_SKIPPED = ("waived", "not_applicable")


def _clean(text: str) -> str:
    return _NO_XML.sub("�", text)


def _told(finding: Mapping[str, Any]) -> str:
    lines = [f"observed: {finding['observed']}", f"expected: {finding['expected']}"]
    lines += [f"note: {finding['note']}"] if finding["note"] else []
    lines += [f"basis: {finding['basis']}", f"repair: {finding['repair'] or finding['remedy']['en']}"]
    return _clean("\n".join(lines))


def _case(suite: Tree.Element, finding: Mapping[str, Any]) -> None:
    case = Tree.SubElement(
        suite,
        "testcase",
        classname=_clean(f"{finding['server']}.{finding['family']}"),
        name=_clean(f"{finding['control']} {finding['title']['en']}"),
        time="0",
    )
    status, message = finding["status"], _clean(finding["observed"])
    if status == "fail":
        Tree.SubElement(case, "failure", message=message, type=finding["severity"]).text = _told(finding)
    elif status == "error":
        Tree.SubElement(case, "error", message=message, type="not measured").text = _told(finding)
    elif status in _SKIPPED:
        Tree.SubElement(case, "skipped", message=_clean(finding["note"] or status))
    elif status != "pass":
        Tree.SubElement(case, "system-out").text = f"{status}\n{_told(finding)}"


def render(document: Mapping[str, Any]) -> str:
    """audit.junit.xml for an audit.json."""
    total = document["counts"]
    root = Tree.Element("testsuites", {"name": "backbone audit", **_numbers(total)})
    for server in document["servers"]:
        suite = Tree.SubElement(
            root,
            "testsuite",
            {
                "name": _clean(server["name"]),
                "hostname": _clean(server["name"]),
                "timestamp": server["taken_at"],
                "time": "0",
                **_numbers(server["counts"]),
            },
        )
        for finding in server["findings"]:
            _case(suite, finding)
    Tree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, encoding="unicode") + "\n"


def _numbers(counts: Mapping[str, int]) -> dict[str, str]:
    return {
        "tests": str(sum(counts.values())),
        "failures": str(counts["fail"]),
        "errors": str(counts["error"]),
        "skipped": str(sum(counts[status] for status in _SKIPPED)),
    }
