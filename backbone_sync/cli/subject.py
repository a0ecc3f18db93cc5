"""`backbone-sync subject …`: what a person may ask for. Identifiers and values are asked for or read from stdin.

They never stand on a command line, where every user of the machine could read them, and never in a log.
"""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
from dataclasses import asdict
from pathlib import Path

import msgspec

from backbone_sync.cli.common import Act, Verbs, say, show, verb
from backbone_sync.cli.stores import held, opened
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import ConfigInvalid
from backbone_sync.privacy import correction, erasure, subject
from backbone_sync.privacy.subject import Subject
from backbone_sync.stores.personal_store import PeopleDesk


def add(verbs: Verbs) -> None:
    """Register the verb with its words."""
    text = "what a person may ask for: give out, correct, erase"
    words = verbs.add_parser("subject", help=text, description=text).add_subparsers(dest="word", required=True)

    def word(name: str, act: Act, text: str, example: str) -> argparse.ArgumentParser:
        made = verb(words, name, act, text)
        made.epilog = f"example: backbone-sync subject {name} {example}"
        return made

    made = word(
        "export", _export, "everything held about one child or teacher, whose identifier is read from stdin",
        "--out /var/lib/backbone/sync/subject.json --reason 'Surat 12/2026' < identifier.txt",
    )  # fmt: skip
    made.add_argument("--out", type=Path, help="file to write, mode 0600; without it the document goes to stdout")
    _justified(made)
    made = word(
        "correct", _correct, "put a wrong value right; reads the identifier and the new value, a line each, from stdin",
        "--field tanggal_lahir --reason 'akta kelahiran' --by 'Kabid SD'",
    )  # fmt: skip
    made.add_argument("--field", required=True, help="field of the person's own row, or ENTITY.FIELD with --row")
    made.add_argument("--row", default="", help="key (uuid) of the row of ENTITY")
    _justified(made, by=True)
    made = word("corrections", _corrections, "the corrections that the centre is asked to take over", "--json")
    made.add_argument("--all", action="store_true", help="also those that are settled")
    made = word(
        "withdraw", _withdraw, "end a correction; the centre's value returns", "3 --by 'Kabid SD' --reason ralat"
    )
    made.add_argument("correction", type=int, help="its number in `subject corrections`")
    _justified(made, by=True)
    made = word(
        "erase", _erase, "erase a person here, and keep the next sync from bringing the person back",
        "--by 'Kepala Dinas' --reason 'Surat 13/2026' --yes < identifier.txt",
    )  # fmt: skip
    made.add_argument("--yes", action="store_true", help="do it; without it only tell what would go")
    _justified(made, by=True)
    word("reapply", _reapply, "after a restore: erase again whoever was erased since the backup", "--json")


def _justified(parser: argparse.ArgumentParser, by: bool = False) -> None:
    text = "why; it goes into the processing record, so no person's name or number"
    parser.add_argument("--reason", required=True, type=impersonal, help=text)
    if by:
        parser.add_argument("--by", required=True, type=impersonal, help="office or officer who decided")


def impersonal(text: str) -> str:
    """A text for the record; ArgumentTypeError when it holds what looks like somebody's number."""
    if re.search(r"[0-9]{10}|[0-9a-f]{8}-[0-9a-f]{4}-", text.replace(" ", ""), re.IGNORECASE):
        raise argparse.ArgumentTypeError("holds what looks like a person's number; name the letter instead")
    return text


def asked(prompt: str) -> str:
    """One line: typed unseen at a terminal, else the next line of stdin."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt + ": ").strip()
    return sys.stdin.readline().strip()


def _who(people: PeopleDesk, config: Config, words: Dictionary) -> Subject:
    identifier = asked("key, NISN, NIK, NUPTK or NIP")
    if not identifier:
        raise ConfigInvalid("no identifier was given", "type it when asked, or hand it over on stdin, one line")
    return subject.find(people, words, config.grant, identifier)


def _export(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with opened(config, words) as kept:
        people = kept.store.people
        who = _who(people, config, words)
        document = subject.export(people, words, config.grant, config.region, who)
        counts = {name: len(rows) for name, rows in document["rows"].items()}
        # Recorded first: what was given out without a line in the record would be worse than the reverse.
        kept.note("subject_export", {"entity": who.entity, "rows": counts, "reason": options.reason})
    if options.out is None:
        show(document)
        return 0
    _private(options.out, msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    if options.json:
        show({"written": str(options.out), "rows": counts, "quarantine": len(document["quarantine"])})
    else:
        say(f"written: {options.out}", *(f"  {name}: {count}" for name, count in counts.items()))
    return 0


def _private(path: Path, content: bytes) -> None:
    try:
        place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise ConfigInvalid(f"cannot write {path}: {fault.strerror}", "name a new file with --out") from fault
    with os.fdopen(place, "wb") as file:
        file.write(content)


def _correct(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with held(config, words) as kept:
        people = kept.store.people
        who = _who(people, config, words)
        value = asked(f"new value of {options.field} (nothing: no value)")
        number = correction.correct(
            people, words, config.grant, who, options.field, value, options.reason, options.by, options.row
        )
        detail = {"correction": number, "field": options.field, "reason": options.reason, "by": options.by}
        kept.note("subject_correct", detail)
    owner = config.grant.contacts.get("data_owner")
    if options.json:
        show({"correction": number, "tell": asdict(owner) if owner else None})
    else:
        told = owner.name if owner else "the centre's data owner"
        say(f"correction {number} is in force; hand it to {told}: backbone-sync subject corrections --json")
    return 0


def _corrections(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with opened(config, words) as kept:
        people = kept.store.people
        document = correction.listed(people, words, config.grant, options.all)
        if document["corrections"]:
            kept.note("corrections_shown", {"corrections": [c["id"] for c in document["corrections"]]})
    if options.json:
        show(document)
    else:
        for one in document["corrections"]:
            say(f"{one['id']:>5}  {one['state']:<10} {one['entity']}.{one['field']}  row {one['key']}")
        say(f"{len(document['corrections'])} corrections; values are shown with --json")
    return 0


def _withdraw(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with held(config, words) as kept:
        people = kept.store.people
        correction.withdraw(people, words, options.correction)
        detail = {"correction": options.correction, "reason": options.reason, "by": options.by}
        kept.note("correction_withdrawn", detail)
    if options.json:
        show({"withdrawn": options.correction})
    else:
        say(f"correction {options.correction} is withdrawn; the next run fetches the centre's value")
    return 0


def _erase(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with held(config, words) as kept:
        people = kept.store.people
        who = _who(people, config, words)
        if not options.yes:
            stored = subject.rows_of(people, words, config.grant, who)
            counts = {name: len(rows) for name, (_, rows) in stored.items()}
            if options.json:
                show({"would_erase": counts})
            else:
                say("would go (nothing is done without --yes):", *(f"  {n}: {c}" for n, c in counts.items()))
            return 1
        done = erasure.erase(people, words, config.grant, config.publish_directory, who)
        detail = {"entity": who.entity, **asdict(done), "reason": options.reason, "by": options.by}
        kept.note("subject_erase", detail)
    backups = (
        "backups still hold the person until they expire; after a restore the next run, or `backbone-sync subject"
        " reapply`, erases again by " + str(Path(config.publish_directory or ".") / erasure.LIST)
    )
    if options.json:
        show({**asdict(done), "backups": backups})
    else:
        say("erased:", *(f"  {n}: {c}" for n, c in done.removed.items()), backups)
    return 0


def _reapply(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with held(config, words) as kept:
        count = kept.remember()
        if count:
            kept.note("erasures_reapplied", {"people": count})
    if options.json:
        show({"erased_again": count})
    else:
        say(f"erased again: {count}")
    return 0
