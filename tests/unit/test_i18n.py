"""The two languages: the Indonesian catalogue is complete, and nothing that a person reads goes past it."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision import i18n
from provision.errors import BackboneError
from provision.i18n import Text, _, english, joined
from tests.support import messages


def test_every_message_has_its_indonesian_one_and_none_is_left_over() -> None:
    assert len(messages.used()) > 900
    assert messages.faults() == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (('msgstr "tahap"', 'msgstr ""'), "empty: stage"),
        (('msgid "stage"\n', 'msgid "scene"\n'), "obsolete: scene"),
        (('msgid "stage"\n', 'msgid "scene"\n'), "missing: stage"),
        (('msgid "stage"\n', '#, fuzzy\nmsgid "stage"\n'), "fuzzy: stage"),
        (("catatan: {path}", "catatan: {paht}"), "other places: log: {path}"),
        (("catatan: {path}", "catatan"), "other places: log: {path}"),
        (('msgstr "Pemakaian: "', 'msgstr "Pemakaian:"'), "other blanks at its ends: Usage: "),
    ],
)
def test_a_damaged_catalogue_is_noticed(
    damage: tuple[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = messages.PO.read_text()
    assert text.count(damage[0]) == 1
    broken = tmp_path / "backbone.po"
    broken.write_text(text.replace(*damage))
    monkeypatch.setattr(messages, "PO", broken)
    assert said in messages.faults()


def test_what_the_program_reads_is_what_babel_reads() -> None:
    assert i18n.catalogue("id") == {one.id: one.string for one in messages.translated() if one.id}


def test_the_committed_catalogue_is_as_the_update_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = messages.PO.read_bytes()
    fresh = tmp_path / "backbone.po"
    fresh.write_bytes(before)
    monkeypatch.setattr(messages, "PO", fresh)
    messages.update()
    assert fresh.read_bytes() == before, "run: .venv/bin/python -m tests.support.messages update"


def test_a_merge_conflict_is_ended_with_the_translations_of_both_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One side translated a message that the other has not; both lack nothing afterwards."""
    before = messages.PO.read_text()
    place = tmp_path / "backbone.po"
    here, there = '#: a\nmsgid "stage"\nmsgstr ""\n', '#: b\nmsgid "stage"\nmsgstr "tahap"\n'
    entry = re.search(r'(?m)^#: .*\nmsgid "stage"\nmsgstr "tahap"\n', before)
    assert entry is not None
    place.write_text(before.replace(entry[0], f"<<<<<<< HEAD\n{here}=======\n{there}>>>>>>> other\n"))
    monkeypatch.setattr(messages, "PO", place)
    messages.update()
    assert place.read_text() == before


# ── sentences that go past the catalogue ────────────────────────────────────────────────────────────────────────────

SAYERS = {"BackboneError", "UsageError", "Wrong", "Fault", "echo", "prompt", "confirm", "secho", "print"}
SENTENCE = re.compile(r"[a-z]{2,},? [a-z]{2,}")
STYLE = re.compile(r"\[/?[a-z ]*\]")  # rich's
COMMAND = re.compile(r"^(backbone|sudo|ssh|ssh-keygen|--\w+) ")
# Programs that run on a server or in a lab, and the words of a library.
ELSEWHERE = (
    "provision/operate/remote/",
    "provision/selfaudit/",
    "provision/lab/source/",
    "provision/lab/world.py",
    "provision/playbooks/",
)


def _literals(node: ast.expr) -> Iterator[str]:
    """The text of a literal, also of an f-string; nothing for what is computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]


def test_no_sentence_for_a_person_goes_past_the_catalogue() -> None:
    past, seen = [], 0
    for path in sorted((messages.ROOT / "provision").rglob("*.py")):
        place = path.relative_to(messages.ROOT).as_posix()
        if place.startswith(ELSEWHERE):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called not in SAYERS:
                continue
            seen += 1
            said = [*node.args, *(word.value for word in node.keywords if word.arg in ("message", "repair"))]
            for text in (text for one in said for text in _literals(one)):
                if SENTENCE.search(STYLE.sub("", text)) and not COMMAND.match(text):
                    past.append(f"{place}:{node.lineno}: {text}")
    assert seen > 150
    assert past == []


# ── a Text knows both languages ─────────────────────────────────────────────────────────────────────────────────────


def test_a_text_is_shown_in_the_language_and_kept_in_english() -> None:
    i18n.use("id")
    told = _("log: {path}").format(path="/x")
    assert told == "catatan: /x"
    assert english(told) == "log: /x"
    assert english({"a": [told, ("b", told)], "n": 1}) == {"a": ["log: /x", ("b", "log: /x")], "n": 1}
    assert json.dumps(told) == '"catatan: /x"'


def test_texts_within_texts_keep_both_languages() -> None:
    i18n.use("id")
    inner = _("cannot be reached: {said}").format(said="x")
    outer = _("{name}: the drill's result was not kept: {said}").format(name="a", said=inner)
    assert "tidak terjangkau" in outer
    assert english(outer) == "a: the drill's result was not kept: cannot be reached: x"
    assert english(joined(": ", ("a", inner))) == "a: cannot be reached: x"
    wrapped = _("its stamps cannot be read: {fault}").format(fault=ValueError(_("damaged")))
    assert (wrapped, english(wrapped)) == ("stempelnya tidak dapat dibaca: rusak", "its stamps cannot be read: damaged")


def test_copies_of_a_text_keep_its_english() -> None:
    i18n.use("id")
    told = _("damaged")
    for again in (copy.copy(told), copy.deepcopy([told])[0], pickle.loads(pickle.dumps(told))):
        assert (again, english(again)) == ("rusak", "damaged")
    assert isinstance(BackboneError(told).message, Text)


def test_there_is_no_third_language() -> None:
    with pytest.raises(ValueError, match="fr"):
        i18n.use("fr")
