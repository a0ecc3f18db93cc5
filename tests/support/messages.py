"""The message catalogue: finds every sentence that a person reads, and keeps backbone.po in line with them.

    .venv/bin/python -m tests.support.messages          # say what is missing, empty, fuzzy or obsolete; exit 1 if any
    .venv/bin/python -m tests.support.messages update   # add new messages, empty; drop those that nothing says; end a
                                                        # merge conflict by keeping the translations of both sides

Messages come from `_()` and `N_()` in provision/, `say()` and their kin in checks/ and
provision/audit/, `Short()` in the drill's remote part, `_()` in templates/, `fail` and `assert` in roles/, the
lab's hosts, the table of support dates, and the help texts of all verbs.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import typer
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from provision import i18n
from provision.cli import main, spoken
from provision.converge import role_words
from provision.inventory import lifecycle
from provision.lab.spec import hosts

ROOT = Path(__file__).resolve().parents[2]
PO = ROOT / "provision/locale/id/LC_MESSAGES/backbone.po"
PLACE = re.compile(r"\{[^{}]*\}")
# folder → the functions beside _ and N_ whose first word is a message there
KEYWORDS = {
    "checks": ("say", "NotAnswered"),
    "provision/audit": ("say",),
    "provision/operate/remote": ("Short",),
    "provision/operate/sqlserver": ("Short",),
}
WIDTH = 116


def _in_code() -> Iterator[tuple[str, str]]:
    """(file, message) of every call in the code whose first word is a message."""
    for path in sorted([*(ROOT / "provision").rglob("*.py"), *(ROOT / "checks").rglob("*.py")]):
        place = path.relative_to(ROOT).as_posix()
        names = {"_", "N_"}.union(*(words for start, words in KEYWORDS.items() if place.startswith(f"{start}/")))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called, first = node.func, node.args[0]
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            if name in names and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield place, first.value


def _in_templates() -> Iterator[tuple[str, str]]:
    """(file, message) of every `_()` in a template."""
    for path in sorted((ROOT / "templates").rglob("*.j2")):
        for _line, message, _comments, _context in extract_from_file("jinja2", path, keywords={"_": None}):
            yield path.relative_to(ROOT).as_posix(), str(message)


def _in_roles() -> Iterator[tuple[str, str]]:
    """The sentences with which roles give up."""
    for text in role_words.templates():
        yield "roles", text


def _in_data() -> Iterator[tuple[str, str]]:
    """What the lab says of its hosts, and the table of support dates of who gives the longer support."""
    for host in hosts().values():
        yield "inventories/lab/lab.yml", host.about
    for text in lifecycle.longer_supports():
        yield "provision/inventory/data/lifecycle.yml", text


def _in_help() -> Iterator[tuple[str, str]]:
    """(module, message) of every help text."""
    root = typer.main.get_command(main.app)
    for text in spoken.texts(root):
        yield "provision/cli/main.py", text
    for verb in main.VERBS:
        module = importlib.import_module(f"provision.cli.{verb}")
        for text in spoken.texts(typer.main.get_command(module.app)):
            yield f"provision/cli/{verb}.py", text


@cache
def used() -> Catalog:
    """Every message that the program can say, with the files that say it."""
    found = Catalog(locale="id")
    for place, text in chain(_in_code(), _in_help(), _in_templates(), _in_roles(), _in_data()):
        if text:
            found.add(text, locations=[(place, 0)])
    return found


def translated() -> Catalog:
    """The catalogue as it stands."""
    with PO.open("rb") as file:
        return read_po(file, locale="id", abort_invalid=True)


def places(text: str) -> list[str]:
    """The {places} of a message, each as often as it stands there."""
    return sorted(PLACE.findall(text))


def faults() -> list[str]:
    """What is wrong with the catalogue; nothing if every message has a good translation."""
    wanted, known = used(), translated()
    found = [f"obsolete: {one.id}" for one in known if one.id and one.id not in wanted]
    found += [f"obsolete: {key}" for key in known.obsolete]
    for message in wanted:
        have = known.get(message.id) if message.id else message
        if have is None:
            found.append(f"missing: {message.id}")
        elif message.id:
            found += [f"{what}: {message.id}" for what in _judge(have)]
    return found


def _judge(one: Message) -> Iterator[str]:
    text = str(one.string)
    if not text.strip():
        yield "empty"
        return
    if one.fuzzy:
        yield "fuzzy"
    if places(str(one.id)) != places(text):
        yield "other places"
    if (len(text) - len(text.lstrip()), len(text) - len(text.rstrip())) != (
        len(one.id) - len(str(one.id).lstrip()),
        len(one.id) - len(str(one.id).rstrip()),
    ):
        yield "other blanks at its ends"


def sides(text: str) -> tuple[str, str]:
    """The two sides of a file that a merge left in conflict; twice the same where it did not."""
    ours, theirs, into = [], [], "both"
    for line in text.splitlines(keepends=True):
        if line.startswith(("<<<<<<< ", "=======\n", ">>>>>>> ", "||||||| ")):
            into = {"<": "ours", "|": "neither", "=": "theirs", ">": "both"}[line[0]]
            continue
        if into in ("ours", "both"):
            ours.append(line)
        if into in ("theirs", "both"):
            theirs.append(line)
    return "".join(ours), "".join(theirs)


def update() -> None:
    """Rewrite backbone.po: every message once, in the order of the files, translations kept.

    Where a merge left it in conflict, the translations of both sides are kept, ours before theirs.
    """
    ours, theirs = (i18n.parse(side) for side in sides(PO.read_text(encoding="utf-8")))
    known, fresh = {**theirs, **{message: text for message, text in ours.items() if text}}, used()
    for message in fresh:
        if message.id:
            message.string = known.get(str(message.id), "")
    with PO.open("wb") as file:
        file.write(b"# Indonesian sentences of Backbone Daerah; see docs/translating.md.\n")
        file.write(b'msgid ""\nmsgstr ""\n"Language: id\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n')
        write_po(file, fresh, width=WIDTH, omit_header=True, sort_by_file=True, include_lineno=False)


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update()
    wrong = faults()
    print("\n".join(wrong) or "complete")
    sys.exit(bool(wrong))
