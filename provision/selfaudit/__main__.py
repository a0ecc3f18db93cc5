"""`backbone-audit run|push|keys`, on the server itself; units and the stage `audit` call it.

run    measure this server, sign the report, keep it          exit 1: something of the minimum is open
push   send what the collector has not got yet                exit 1: a report has waited for more than a day
keys   make what lacks of the two keys; their public parts as JSON
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from provision import i18n
from provision.errors import BackboneError, UsageError

WINDOWS = os.name == "nt"
_DATA = Path(os.environ.get("PROGRAMDATA", "C:\\ProgramData"), "Backbone") if WINDOWS else Path()
FOLDER = _DATA / "audit" if WINDOWS else Path("/etc/backbone/audit")
SHELF = _DATA / "audits" if WINDOWS else Path("/var/lib/backbone/audit")
METRICS = _DATA / "metrics" if WINDOWS else Path("/var/lib/backbone/metrics")
USAGE = "usage: backbone-audit run | push | keys"


def settings(folder: Path) -> dict[str, Any]:
    """The stage's own settings: `collector`, its address or ""; `server`, this server's name."""
    try:
        read: dict[str, Any] = json.loads((folder / "push.json").read_text(encoding="utf-8"))
        return {"collector": str(read["collector"]), "server": str(read["server"])}
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise UsageError(f"{folder / 'push.json'}: {fault}", repair="backbone apply -i INVENTORY --stage audit") from (
            fault
        )


def run(folder: Path, root: Path, published: Path) -> int:
    """Measure, sign, keep. 1 where a control of basis `minimum` is open or could not be measured."""
    from provision.audit import compare, record
    from provision.audit.run import examine
    from provision.report import keys, model, outputs
    from provision.selfaudit import keep, subject

    shelf = keep.Shelf(root)
    with keep.locked(root, "run") as mine:
        if not mine:
            print("another audit of this server is under way")
            return 0
        fleet = subject.load(folder / "subject.json")
        name = fleet.servers[0].name
        key = keys.of_machine(name, folder.parent) if WINDOWS else keys.of_machine(name)
        before = None
        if (shelf.reports / compare.DOCUMENT).exists():
            try:
                before = outputs.earlier(shelf.reports)
            except UsageError as fault:
                print(f"not compared with the audit before: {fault.message}", file=sys.stderr)
        examination = examine(fleet, local=True, after=None if WINDOWS else partial(record.leave, always=True))
        if WINDOWS:
            # There is no shell there that would lay it down; this program stands right beside the place.
            _publish(published, "audit", record.metrics(examination, fleet.servers[0].name, datetime.now(UTC)))
        document = model.audit_document(fleet, examination, earlier=before)
        if settings(folder)["collector"]:
            shelf.expect()
        outputs.publish(document, fleet, examination, shelf.reports, ("json",), key, earlier=before)
        shelf.prune(datetime.now(UTC))
    opened = [one for one in examination.findings if one.basis == "minimum" and one.status in ("fail", "error")]
    print(", ".join(f"{number} {status}" for status, number in document["counts"].items() if number))
    for one in opened:
        print(f"{one.control}: {one.observed.text()}")
    return 1 if opened or examination.unreached else 0


def push(folder: Path, root: Path, published: Path) -> int:
    """One round, if it is time for one. 1 where something has waited for more than a day."""
    from provision.selfaudit import identity, keep, push

    shelf = keep.Shelf(root)
    told = settings(folder)
    now, noted = time.time(), root / "push.json"
    with keep.locked(root, "push") as mine:
        patience = push.Patience.recall(noted)
        if not mine or not told["collector"] or not patience.may_try(now):
            return 0
        authority = folder / "collector.pem"
        collector = push.Collector(
            told["collector"],
            folder / identity.CERTIFICATE,
            folder / identity.KEY,
            authority if authority.exists() else None,
        )
        outcome = push.deliver(shelf, collector.put)
        patience.after(outcome, now).note(noted)
        waiting = shelf.waiting()
        if not waiting:
            shelf.settle()
    _publish(published, "audit_push", push.metrics(waiting, now))
    if outcome.taken:
        print(f"sent: {', '.join(outcome.taken)}")
    if outcome.why:
        print(f"not sent, {len(waiting)} waiting: {outcome.why}", file=sys.stderr)
    return 1 if push.late(waiting, now) else 0


def _publish(folder: Path, name: str, text: str) -> None:
    if folder.is_dir():
        draft = folder / f".{name}.new"
        # Line ends as the text has them, on Windows too: whoever reads the format knows no others.
        draft.write_bytes(text.encode())
        draft.chmod(0o644)
        draft.replace(folder / f"{name}.prom")


def show_keys(folder: Path, root: Path, since: str = "") -> int:
    """The public parts, as JSON: `signer`, `certificate`, and `made`: which of them are new.

    With a moment `since` the key that signs is a new one where the present is not the one from then on.
    """
    from provision.report import keys
    from provision.selfaudit import identity, keep, subject

    fleet = subject.load(folder / "subject.json")  # proves as well that the server can be judged here
    name = fleet.servers[0].name
    place = folder.parent
    made = [
        word
        for word, file in (("signer", place / keys.PRIVATE), ("certificate", folder / identity.KEY))
        if not file.exists()
    ]
    noted = place / keys.PRIVATE.with_name("since")
    if since and (noted.read_text(encoding="ascii") if noted.exists() else "") != since:
        if (place / keys.PRIVATE).exists():
            keys.renew(place, datetime.now(UTC), name)
            made.append("signer")
        noted.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        noted.write_text(since, encoding="ascii")
    signer = keys.of_machine(name, place)
    certificate = identity.client(folder, name)
    shelf = keep.Shelf(root)
    if settings(folder)["collector"] and shelf.waiting():
        shelf.expect()
    print(
        json.dumps(
            {
                "server": name,
                "signer": signer.public_file.read_text(encoding="ascii"),
                "certificate": certificate.read_text(encoding="ascii"),
                "made": made,
            }
        )
    )
    return 0


def main(arguments: list[str], folder: Path = FOLDER, root: Path = SHELF, published: Path = METRICS) -> int:
    """Exit status: 0 done, 1 see above, 2 wrong use or nothing told, 3 it could not be done."""
    os.umask(0o077)
    i18n.use("en")  # the journal is read by whoever mends it, in the words of the documentation
    try:
        if arguments == ["run"]:
            return run(folder, root, published)
        if arguments == ["push"]:
            return push(folder, root, published)
        if arguments[:1] == ["keys"] and len(arguments) <= 2:
            return show_keys(folder, root, *arguments[1:])
    except BackboneError as fault:
        print(": ".join(filter(None, (fault.message, fault.repair))), file=sys.stderr)
        return int(fault.exit_status)
    except OSError as fault:
        print(f"{fault.filename or 'disk'}: {fault.strerror or fault}", file=sys.stderr)
        return 3
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
