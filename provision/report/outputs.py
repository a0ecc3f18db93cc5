"""Writes an audit in the forms asked for, all from one document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from provision.audit import compare
from provision.audit.compare import Earlier
from provision.audit.run import Examination
from provision.errors import UsageError
from provision.i18n import _, english
from provision.inventory import Fleet
from provision.report import html, model, sign
from provision.report.formats import junit, oscal, pdf, spreadsheet, textfile
from provision.report.keys import ReportKey

FILES = {
    "json": "audit.json",
    "html": "audit.html",
    "pdf": "audit.pdf",
    "junit": "audit.junit.xml",
    "oscal": "audit.oscal.json",
    "csv": "audit.csv",
    "prometheus": "audit.prom",
}
USUAL = ("json", "html")
_FROM_DOCUMENT: dict[str, Callable[[dict[str, Any]], str]] = {
    "junit": junit.render,
    "oscal": oscal.render,
    "csv": spreadsheet.render,
    "prometheus": textfile.render,
}


def earlier(place: Path) -> Earlier:
    """The earlier audit in a file or folder. UsageError for what is none, and for one changed after it was signed."""
    file = place / compare.DOCUMENT if place.is_dir() else place
    if sign.altered(file):
        raise UsageError(
            _("{file} was changed after it was signed").format(file=file), repair=f"backbone verify {file.parent}"
        )
    return compare.read(file)


def chosen(words: Iterable[str]) -> tuple[str, ...]:
    """The forms that these words of --format name; without a word the usual two. JSON is always among them.

    UsageError for a form that there is not, or that cannot be made on this machine.
    """
    asked = list(words) or list(USUAL)
    for word in asked:
        if word not in FILES:
            raise UsageError(
                _("--format {word}: there is no such form of a report").format(word=word),
                repair="--format " + "|".join(FILES),
            )
    if "pdf" in asked:
        pdf.ensure()
    return tuple(name for name in FILES if name in asked or name == "json")


def write(
    document: dict[str, Any],
    fleet: Fleet,
    examination: Examination,
    out: Path,
    formats: Iterable[str] = USUAL,
    *,
    earlier: Earlier | None = None,
) -> list[Path]:
    """Write audit.* into `out`, readable by their owner only; the files, in the order of FILES."""
    document = english(document)
    written = []
    page = ""
    for name in formats:
        place = out / FILES[name]
        if name == "json":
            model.write_json(document, place)
        elif name in ("html", "pdf"):
            page = page or html.render(fleet, examination, earlier=earlier)
            if name == "html":
                html.write(page, place)
            else:
                _write(place, pdf.render(page))
        else:
            _write(place, _FROM_DOCUMENT[name](document).encode("utf-8"))
        written.append(place)
    return written


def publish(
    document: dict[str, Any],
    fleet: Fleet,
    examination: Examination,
    out: Path,
    formats: Iterable[str],
    key: ReportKey,
    *,
    earlier: Earlier | None = None,
    follows: Path | None = None,
) -> None:
    """Write an audit into `out` and sign it. It follows the one in `out`, else the one in `follows`."""
    summary = {
        "ready": document["ready"],
        "counts": document["counts"],
        "servers": [one["name"] for one in document["servers"]],
        "catalogue": document["catalogue"]["sha256"],
        "exit_status": document["exit_status"],
    }
    sign.issue(
        out,
        "audit",
        lambda: write(document, fleet, examination, out, formats, earlier=earlier),
        key,
        document_version=document["version"],
        made_at=document["generated_at"],
        summary=summary,
        follows=follows,
    )


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch(mode=0o600)
    place.write_bytes(content)
