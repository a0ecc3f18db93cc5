"""The fleet as one HTML file: no network, no framework. What all readers need is in the page as it is written; the
matrix and the servers' sections are built in the browser from data that the page carries once.

What audits say is hostile until shown otherwise: the data is JSON without `<`, `>` and `&`, the script makes text of
it and never markup, and the page's policy runs no other script than ours.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from provision import __version__, i18n, paths, times
from provision.audit import catalogue
from provision.i18n import N_, _, number
from provision.inventory.regions import all_regions, by_code
from provision.report import words
from provision.report.fleet import retell
from provision.report.fleet.model import DrillSeen, Line, View, provinces
from provision.report.fleet.read import Finding
from provision.report.fleet.sight import WORST, Excuse
from provision.report.fleet.tiles import TILES
from provision.report.model import STAGES

SCRIPTS = ("data.js", "filter.js", "matrix.js", "servers.js", "start.js")
# One character a control of a server, "." where the audit has none; the script knows the same ones.
LETTERS = {
    "pass": "p",
    "warning": "w",
    "attested": "a",
    "not_applicable": "n",
    "waived": "v",
    "fail": "f",
    "error": "e",
}
SEVERE = "".join(LETTERS[one] for one in WORST)  # from the worst on
SIGNS = {"pass": "✓", "warning": "!", "attested": "✎", "not_applicable": "–", "waived": "~", "fail": "✗", "error": "?"}
DIRECTIONS = {
    "better": N_("better"),
    "worse": N_("worse"),
    "same": N_("unchanged"),
    "first": N_("first audit"),
    "silent": N_("no answer this time"),
    "again": N_("answers again"),
}
TRUST = {
    "unchecked": N_("signature not checked"),
    "signed": N_("signed by {name}"),
    "unsigned": N_("not signed"),
    "refused": N_("signature does not hold"),
}
_PLAIN = re.compile(r"[\w.@:+-]+")


class Texts:
    """Texts that many servers share, each once; the page's data names them by their place."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        """The place of a text, from 0."""
        return self._places.setdefault(text, len(self._places))

    def all(self) -> list[str]:
        """The texts by their place."""
        return list(self._places)


def embedded(data: Any) -> str:
    """JSON that nothing in it can end early, inside a script element. Lone surrogates become ?."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.encode("utf-8", "replace").decode("utf-8")


def repair(stage: str | None, line: Line) -> str:
    """The command that repairs a finding, made by us: what an audit calls a command is never shown as one.

    "" where no stage of ours repairs it, or the server's name is none that an inventory may have.
    """
    name, inventory = line.sight.server.name, line.sight.inventory
    if stage not in STAGES or not _PLAIN.fullmatch(name) or name.startswith("-") or not inventory.isprintable():
        return ""
    return f"backbone apply -i {shlex.quote(inventory or 'INV')} --limit {name} --stage {stage}"


def link(line: Line, out: Path) -> str:
    """The way from the page in folder `out` to the server's own report, if that lies beside its audit; else ""."""
    name = line.sight.file.name
    report = line.sight.file.with_name(name.removesuffix(".json") + ".html")
    if not report.is_file():
        return ""
    way = quote(Path(os.path.relpath(report, out.resolve())).as_posix())
    return f"./{way}" + (f"#server-{line.sight.place + 1}" if line.sight.of > 1 else "")


def _share(value: float) -> str:
    return number(100 * value, 0) + " %"


def _excuses(found: Sequence[Excuse]) -> list[list[str]]:
    return [[one.control, one.until.isoformat()] for one in found]


def _drill(seen: DrillSeen, zone: str) -> str:
    when = times.shown(seen.at, zone) if seen.at else ""
    told = {
        "held": _("held on {when}").format(when=when) if when else _("held, says the audit"),
        "late": _("overdue: the last one held on {when}").format(when=when),
        "short": _("fell short on {when}").format(when=when),
        "none": _("overdue: none is known"),
    }
    return told[seen.state]


def region_name(line: Line) -> str:
    """What its region is called: our table's name, else the audit's own."""
    known = by_code(line.sight.server.region)
    return known.name if known else line.sight.server.region_name


class _Payload:
    """Makes the page's data."""

    def __init__(self, view: View, out: Path, language: str) -> None:
        self.view, self.out, self.language = view, out, language
        self.texts = Texts()
        self.say = retell.Reteller(language)
        self.places = {one.id: place for place, one in enumerate(view.controls)}
        self.families = {name: place for place, (name, _title) in enumerate(view.families)}

    def document(self) -> dict[str, Any]:
        ours = catalogue.load()
        prefixes = {one.family: (one.prefix, one.title.in_language(self.language)) for one in ours.families}
        controls = []
        for one in self.view.controls:
            known = ours.controls.get(one.id)
            title, remedy = (known.title, known.remedy) if known else (one.title, one.remedy)
            pair = [getattr(text, self.language) for text in (title, remedy)]
            basis = _(words.BASIS[one.basis])
            controls.append([one.id, self.families[one.family], *pair, basis, int(one.basis == "minimum")])
        families = []
        for name, title in self.view.families:
            prefix, shown = prefixes.get(name, (name[:5].upper(), getattr(title, self.language)))
            families.append([name, prefix, shown])
        servers = [self._server(line) for line in self.view.lines]
        return {
            "language": self.language,
            "controls": controls,
            "families": families,
            "servers": servers,
            "regions": [[one.code, one.name, one.level] for one in all_regions()],
            "levels": {name: _(text) for name, text in words.LEVEL.items()},
            "texts": self.texts.all(),
            "letters": {letter: status for status, letter in LETTERS.items()},
            "worst": [LETTERS[one] for one in WORST],
            "signs": {LETTERS[one]: sign for one, sign in SIGNS.items()},
            "words": {LETTERS[one]: _(text) for one, text in words.STATUS.items()},
            "answers": answers(),
            "directions": {name: _(text) for name, text in DIRECTIONS.items()},
            "say": script_words(),
        }

    def _server(self, line: Line) -> dict[str, Any]:
        sight, server = line.sight, line.sight.server
        row = ["."] * len(self.places)
        details = []
        for one in server.findings:
            place = self.places[one.control]
            if row[place] in SEVERE[: SEVERE.find(LETTERS[one.status]) + 1]:
                continue  # told twice: the worse one stays
            row[place] = LETTERS[one.status]
            if one.status not in ("pass", "not_applicable", "attested"):
                details.append(self._detail(one, place, line))
        trust = _(TRUST[sight.proof.trust]).format(name=sight.proof.signer)
        return {
            "r": server.region,
            "d": region_name(line),
            "k": int(line.known),
            "n": server.name,
            "p": line.province,
            "l": server.level,
            "a": sight.answer,
            "t": times.shown(sight.at, server.zone),
            "e": int(sight.at.timestamp()),
            "s": "".join(row),
            "o": details,
            "c": line.change.direction,
            "new": list(line.change.new),
            "ok": list(line.change.repaired),
            "dr": int(line.drill.overdue),
            "dt": _drill(line.drill, server.zone),
            "old": int(line.old),
            "xx": _excuses(line.expired),
            "xs": _excuses(line.expiring),
            "g": int(sight.proof.believed),
            "gt": trust + "".join(f" · {why}" for why in sight.proof.why),
            "f": self.say(server.fault.message) if server.fault else "",
            "u": link(line, self.out),
            "h": line.audits,
        }

    def _detail(self, finding: Finding, place: int, line: Line) -> list[Any]:
        """[control, observed, expected, since, until, command], texts by their place, -1 for none."""
        zone = line.sight.server.zone
        ends = next((one for one in (*line.expired, *line.expiring) if one.control == finding.control), None)
        since = _moment(finding.since, zone)
        command = repair(finding.stage, line) if finding.status in ("fail", "error") else ""
        return [
            place,
            self.texts.place(self.say(finding.observed)),
            self.texts.place(self.say(finding.expected)),
            self.texts.place(since) if since else -1,
            ends.until.isoformat() if ends else "",
            command,
        ]


def _moment(iso: str | None, zone: str) -> str:
    try:
        return times.shown(iso, zone) if iso else ""
    except ValueError:
        return ""


def answers() -> dict[str, str]:
    """The three answers in words."""
    return {"yes": _("Yes"), "no": _("No"), "unknown": _("Unknown")}


def script_words() -> dict[str, str]:
    """What the script says, in the language in use; {places} are filled in there."""
    return {
        "shown": _("{count} of {all} servers shown"),
        "none": _("no server fits; clear a filter"),
        "observed": _("Observed"),
        "expected": _("Expected"),
        "repair": _("Repair"),
        "since": _("Open since"),
        "until": _("until {date}"),
        "measured": _("measured"),
        "open_findings": _("Open findings"),
        "nothing_open": _("Nothing is open."),
        "excused": _("Warnings and waivers"),
        "own_report": _("This server's own report"),
        "new": _("new"),
        "repaired": _("repaired"),
        "change": _("Since the audit before"),
        "drill": _("Restore drill"),
        "signature": _("Signature"),
        "audits": _("Audits here"),
        "no_answer": _("It could not be measured:"),
        "expired": _("expired"),
        "no_audit": _("no audit"),
        "unknown_region": _("unknown region code"),
        "all_met": _("all {count} controls of this family hold"),
        "no_controls": _("no control of this family was measured"),
        "old": _("an old audit"),
        "minimum": _(words.BASIS["minimum"]),
        "more": _("and {count} more"),
        "remove": _("remove this filter"),
    }


def _environment(say: Callable[[str], str]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(paths.templates_dir() / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": say, "number": number, "share": _share}
    return environment


def script() -> str:
    """The page's one script. No part of it depends on the data."""
    folder = paths.templates_dir() / "report" / "fleet"
    parts = "\n".join((folder / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return f'\n"use strict";\n(() => {{\n{parts}\n}})();\n'


def _figures(view: View) -> dict[str, int]:
    lines = view.lines
    return {
        "servers": len(lines),
        "regions": len(view.regions),
        "all_regions": len(all_regions()),
        "without": sum(not one.has_government for one in all_regions()),
        "drill": sum(one.drill.overdue for one in lines),
        "nodrill": sum(one.drill.state == "none" for one in lines),
        "expired": sum(len(one.expired) for one in lines),
        "expiring": sum(len(one.expiring) for one in lines),
        "old": sum(one.old for one in lines),
        "better": sum(one.change.direction == "better" for one in lines),
        "worse": sum(one.change.direction == "worse" for one in lines),
        "silent": sum(one.change.direction == "silent" for one in lines),
        "doubted": sum(not one.sight.proof.believed for one in lines),
    }


def tiles(view: View) -> list[dict[str, Any]]:
    """The map: where each province's tile lies, how it stands, and its sign."""
    found = []
    for one in provinces(view):
        servers = sum(one.counts.values())
        state = "none"
        if servers:
            state = "yes" if one.counts["yes"] == servers else "no" if one.counts["yes"] == 0 else "some"
            if one.counts["unknown"] == servers:
                state = "unknown"
        tile = TILES[one.code]
        found.append({"tile": tile, "province": one, "servers": servers, "state": state, "yes": one.counts["yes"]})
    return found


def chart(view: View) -> dict[str, Any] | None:
    """The trend's points in a box of 300 by 120; None with fewer than two days."""
    points = view.trend
    if len(points) < 2:
        return None
    first = datetime.fromisoformat(points[0].day).toordinal()
    span = datetime.fromisoformat(points[-1].day).toordinal() - first
    places = [
        (
            round(300 * (datetime.fromisoformat(one.day).toordinal() - first) / span, 1),
            round(120 * (1 - one.share), 1),
        )
        for one in points
    ]
    return {"line": " ".join(f"{x},{y}" for x, y in places), "points": places, "first": points[0], "last": points[-1]}


def render(view: View, out: Path, *, version: str = __version__) -> str:
    """fleet.html, in the language in use. `out`: the folder that it will lie in, for links to servers' reports."""
    language = i18n.language()
    data = embedded(_Payload(view, out, language).document())
    code = script()
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    zone = view.lines[0].sight.server.zone if len(view.lines) == 1 else "Asia/Jakarta"
    figures = _figures(view)
    values: Mapping[str, Any] = {
        "language": language,
        "digest": digest,
        "script": code,
        "data": data,
        "view": view,
        "figures": figures,
        "answers": answers(),
        "counts": {one: view.count(one) for one in ("yes", "no", "unknown")},
        "tiles": tiles(view),
        "chart": chart(view),
        "statuses": [(LETTERS[one], _(words.STATUS[one]), one, SIGNS[one]) for one in WORST],
        "levels": {name: _(text) for name, text in words.LEVEL.items()},
        "directions": {name: _(text) for name, text in DIRECTIONS.items()},
        "made_at": times.shown(view.at, zone),
        "version": version,
    }
    return _environment(_).get_template("fleet.html.j2").render(values)
