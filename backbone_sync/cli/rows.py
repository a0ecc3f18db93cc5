"""`backbone-sync quarantine|replay|release-deletes|reconcile`: rows that wait for somebody, and where counts differ."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict
from datetime import timedelta

from backbone_sync import __version__
from backbone_sync.cli.common import Verbs, say, show, verb
from backbone_sync.cli.stores import held, opened
from backbone_sync.config import Config, duration
from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import ConfigInvalid
from backbone_sync.run import reconcile, replay
from backbone_sync.sources import open_source


def add(verbs: Verbs) -> None:
    """Register the verbs."""
    listed = verb(verbs, "quarantine", _quarantine, "rows that could not be stored, and why")
    listed.add_argument("entity", nargs="?", help="of this entity only")
    listed.add_argument("--values", action="store_true", help="with what was kept of them: personal data")
    listed.add_argument("--limit", type=int, default=1000, help="at most so many (1000)")
    again = verb(verbs, "replay", _replay, "judge rows in quarantine again, after dictionary, grant or codes changed")
    again.add_argument("entity", nargs="?", help="of this entity only")
    again.add_argument(
        "--fetch",
        action="store_true",
        help="let the next run list entities from the beginning whose rows had no content",
    )
    release = verb(
        verbs,
        "release-deletes",
        _release,
        "let the next run apply the deletions of an entity that were too many",
        example="release-deletes peserta_didik --by 'Siti Aminah' --reason 'two schools moved, letter 421/17'",
    )
    release.add_argument("entity")
    release.add_argument("--by", required=True, help="who answers for it, by name")
    release.add_argument("--reason", required=True, help="why it is right; kept on record")
    release.add_argument("--for", dest="lasting", default="1d", help="how long the word stands, such as 12h (1d)")
    compared = verb(verbs, "reconcile", _reconcile, "compare with the source by kecamatan and semester")
    compared.add_argument("entity", nargs="?", help="of this entity only")
    compared.add_argument("--all", action="store_true", help="also the lines that are equal")


def _chosen(options: argparse.Namespace, config: Config) -> tuple[str, ...]:
    if options.entity is None:
        return config.grant.entities
    if options.entity not in config.grant.entities:
        raise ConfigInvalid(f"no granted entity: {options.entity}", "granted are: " + ", ".join(config.grant.entities))
    return (options.entity,)


def _quarantine(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    _chosen(options, config)
    with opened(config, words) as kept:
        rows = kept.store.quarantine(options.entity, values=options.values, most=max(1, options.limit))
    if options.json:
        show({"rows": [asdict(r) for r in rows]})
    else:
        for row in rows:
            place = f" {row.field}" if row.field else ""
            say(f"{row.entity:<28}{row.key:<38}{row.reason}{place}" + (f"  {row.payload}" if row.payload else ""))
        for (entity, reason), count in sorted(Counter((r.entity, r.reason) for r in rows).items()):
            say(f"{entity}: {count} × {reason}")
        if not rows:
            say("nothing is in quarantine")
    return 1 if rows else 0


def _replay(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with held(config, words) as kept:
        store = kept.store
        # A database that was restored knows nothing of later erasures, and its quarantine may hold the erased.
        if count := kept.remember():
            kept.note_on("erasures_reapplied", {"people": count})
        made = replay.replay(store, config, words, _chosen(options, config))
        empty = [m.entity for m in made if m.without_content]
        if options.fetch:
            for name in empty:
                store.forget(words[name])
    if options.json:
        show({"entities": [asdict(m) for m in made], "listed_again": empty if options.fetch else []})
    else:
        for one in made:
            if one.stored or one.waiting or one.without_content:
                say(
                    f"{one.entity:<28}{one.stored} stored, {one.waiting} still wait, {one.without_content} hold no data"
                )
        if empty and options.fetch:
            say("the next run lists from the beginning: " + ", ".join(empty))
        elif empty:
            say("of rows from outside the region nothing was kept; to fetch them again: backbone-sync replay --fetch")
    return 1 if any(m.waiting or m.without_content for m in made) else 0


def _release(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    (name,) = _chosen(options, config)
    lasting = duration(options.lasting)
    if not options.by.strip() or not options.reason.strip() or not timedelta(0) < lasting <= timedelta(days=30):
        raise ConfigInvalid("a release needs a name, a reason and a time of at most 30d", "see --help")
    with opened(config, words) as kept:
        made = kept.store.release(words[name], options.by.strip(), options.reason.strip(), lasting)
    if options.json:
        show(asdict(made))
    else:
        until = made.expires_at.astimezone(config.pace.zone)
        say(
            f"{made.rows} deletions of {made.entity} are released by {made.released_by};"
            f" the next run until {until:%Y-%m-%d %H:%M %Z} applies these and no others"
        )
    return 0


def _reconcile(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with opened(config, words) as kept:
        asked = open_source(config, words, __version__)
        lines = reconcile.reconcile(kept.store, asked, words, _chosen(options, config))
    verdicts = Counter(line.verdict for line in lines)
    if options.json:
        show({"verdicts": dict(verdicts), "lines": [asdict(line) for line in lines]})
    else:
        for line in lines:
            if options.all or line.verdict == reconcile.DIFFERENT:
                source = "?" if line.source is None else line.source
                place = f"{line.kecamatan or '-':<10}{line.semester or '-':<8}"
                say(f"{line.entity:<28}{place}{source:>10}{line.stored:>10}  {line.verdict}")
        silent = sorted({line.entity for line in lines if line.verdict == reconcile.INCOMPARABLE})
        if silent:
            say(f"not comparable, the source gives no counts by kecamatan and semester: {', '.join(silent)}")
        say(f"{verdicts[reconcile.EQUAL]} equal, {verdicts[reconcile.DIFFERENT]} different")
    return 1 if verdicts[reconcile.DIFFERENT] else 0
