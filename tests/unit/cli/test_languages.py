"""The command line in both languages: help and typical mistakes are Indonesian or English, JSON is the same in both."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from provision import i18n
from provision.cli import converge_view, main, spoken
from provision.converge import plan, progress
from provision.i18n import english
from provision.operate import drill
from provision.operate.compare import judge, unfinished

Run = Callable[..., tuple[int, str, str]]
# Words that stand in English help and in no Indonesian one.
ENGLISH = {" the ", " and ", " of ", "Options", "Usage", "Example", "Show this", "default:", "required"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in a language, as a person would: (exit status, standard output, standard error)."""

    def _run(language: str, *words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["backbone", *words])
        i18n.use(language)
        status = main.run_guarded(lambda: main.app(standalone_mode=False, prog_name="backbone"))
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return _run


def _commands() -> list[tuple[str, ...]]:
    lab = [("lab", name) for name in ("up", "down", "list", "ssh", "exec")]
    vpn = [("vpn", name) for name in ("add", "remove", "list")]
    return [(), *((verb,) for verb in main.VERBS), *lab, *vpn]


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_help_is_in_the_language(run: Run, words: tuple[str, ...]) -> None:
    status, shown, _err = run("id", *words, "--help")
    assert status == 0
    for word in ("Pemakaian:", "Opsi:", "Contoh:", "Tampilkan bantuan ini."):
        assert word in shown
    flat = " ".join(shown.split())
    assert [word for word in ENGLISH if word in flat] == []
    status, shown, _err = run("en", *words, "--help")
    assert status == 0
    assert "Usage:" in shown
    assert "Example:" in shown
    assert "Contoh" not in shown


MISTAKES: list[tuple[tuple[str, ...], str, str]] = [
    (("nosuch",), "Tidak ada perintah 'nosuch'.", "No such command 'nosuch'."),
    (("vpm",), "tidak ada perintah vpm", "did you mean backbone vpn?"),
    (("vpn", "ad"), "Mungkin maksud Anda 'add'?", "Did you mean 'add'?"),
    (("completion", "csh"), "csh bukan shell", "csh is no shell"),
    (("papers",), "inventaris yang mana?", "which inventory?"),
    (("validate",), "Opsi '-i' / '--inventory' harus diisi.", "Missing option '-i' / '--inventory'."),
    (("validate", "--foo"), "Tidak ada opsi --foo", "No such option: --foo"),
    (("validate", "--jsn"), "(mungkin maksud Anda: --json)", "(Possible options: --json)"),
    (("enroll", "-i", "."), "Argumen 'host' harus diisi.", "Missing argument 'host'."),
    (("enroll", "-i", ".", "a", "b"), "tidak dikenal: (b)", "Got unexpected extra argument(s) (b)"),
    (("enroll", "--port"), "Opsi '--port' memerlukan nilai.", "Option '--port' requires an argument."),
    (("enroll", "-i", ".", "a", "--port", "x"), "harus berupa bilangan bulat", "should be a valid integer"),
    (("enroll", "-i", ".", "a"), "kata sandi root@a diperlukan", "the password of root@a is needed"),
    (("audit", "--lang", "fr", "-i", "x"), "fr: id atau en", "fr: id or en"),
    (("validate", "-i", "/nowhere"), "tidak ada inventaris seperti itu", "there is no such inventory"),
    (("init", "/nowhere/x", "--region", "Atlantis"), "Atlantis", "no single region is called Atlantis"),
    (("drill",), "server yang mana?", "which servers?"),
    (("test", "everything"), "tidak ada kelompok uji everything", "no such set of tests: everything"),
]


@pytest.mark.parametrize(("words", "indonesian", "english"), MISTAKES, ids=lambda one: str(one)[:40])
def test_a_mistake_is_explained_in_the_language(
    run: Run, words: tuple[str, ...], indonesian: str, english: str
) -> None:
    told = run("id", *words)
    assert told[0] == 2
    assert indonesian in told[2]
    assert "kesalahan: " in told[2]
    assert "error: " not in told[2]
    told = run("en", *words)
    assert told[0] == 2
    assert english in told[2]
    assert "error: " in told[2]


@pytest.mark.parametrize(
    "words",
    [
        ("--lang", "en", "validate", "--help"),
        ("validate", "--lang", "en", "--help"),
        ("validate", "--help", "--lang=en"),
        ("lab", "up", "--help", "--lang", "en"),
    ],
    ids=" ".join,
)
def test_the_option_wins_over_the_environment_wherever_it_stands(run: Run, words: tuple[str, ...]) -> None:
    status, shown, _err = run("id", *words)
    assert status == 0
    assert "Usage:" in shown


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ([], ""),
        (["validate", "--lang"], ""),
        (["--lang", "fr"], ""),
        (["--lang", "id", "plan", "--lang", "en"], "en"),
        (["lab", "exec", "lab-kab", "--", "apt", "--lang", "en"], ""),
    ],
)
def test_the_language_is_read_before_anything_else(words: list[str], asked: str) -> None:
    assert spoken.asked_language(words) == asked


def test_no_help_text_is_left_in_english() -> None:
    i18n.use("id")
    untold = []
    for verb in main.VERBS:
        command = typer.main.get_command(__import__(f"provision.cli.{verb}", fromlist=["app"]).app)
        untold += [text for text in spoken.texts(command) if text and i18n.catalogue("id").get(text, text) == text]
    assert untold == []


def test_typer_still_says_what_the_catalogue_knows(run: Run) -> None:
    """Every pattern of the parser is met by a sentence that typer says today, or by one of the project's own."""
    met = " ".join(english for _words, _indonesian, english in MISTAKES)
    for name in ("Missing option", "Missing argument", "No such option", "No such command", "requires an argument"):
        assert name in met
    assert spoken.said_by_parser("Option '--x' does not take a value.") == "Option '--x' does not take a value."
    i18n.use("id")
    assert spoken.said_by_parser("Option '--x' does not take a value.") == "Opsi '--x' tidak menerima nilai."
    assert spoken.said_by_parser("something that nobody foresaw") == "something that nobody foresaw"


@pytest.mark.parametrize(
    ("typed", "default", "answer"),
    [
        ("y\n", False, True),
        ("YA\n", False, True),
        ("t\n", True, False),
        ("no\n", True, False),
        ("\n", True, True),
        ("\n", False, False),
        ("entah\ntidak\n", True, False),
    ],
)
def test_a_question_takes_answers_of_both_languages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, default: bool, answer: bool
) -> None:
    i18n.use("id")
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert spoken.confirm(i18n._("Go on?"), default=default) is answer
    assert ("Lanjutkan? [Y/t]" if default else "Lanjutkan? [y/T]") in capsys.readouterr().out


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [
        ("validate", "-i", "/nowhere", "--json"),
        ("init", "/nowhere/x", "--region", "Atlantis", "--json"),
        ("drill", "--json"),
        ("audit", "-i", "/nowhere", "--json"),
    ],
    ids=" ".join,
)
def test_json_of_a_mistake_is_the_same_in_both_languages(run: Run, words: tuple[str, ...]) -> None:
    in_english, in_indonesian = run("en", *words), run("id", *words)
    assert json.loads(in_english[1])
    assert in_indonesian[:2] == in_english[:2]


def test_json_of_an_invalid_inventory_is_the_same_in_both_languages(run: Run, tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text(
        "all:\n  hosts:\n    - a\n    - b\n  vars:\n    backbone_region: 33.74\n  strange: 1\n"
    )
    (tmp_path / "waivers.yml").write_text("- control: XX-01\n  colour: red\n")
    in_english, in_indonesian = (run(one, "validate", "-i", str(tmp_path), "--json") for one in ("en", "id"))
    faults = json.loads(in_english[1])["faults"]
    assert len(faults) > 3
    assert in_indonesian[:2] == in_english[:2]
    shown = run("id", "validate", "-i", str(tmp_path))[2]
    assert "perbaikan:" in shown
    assert not [fault["message"] for fault in faults if fault["message"] and fault["message"] in shown]


def test_a_reason_of_the_plan_is_told_in_the_language_and_kept_in_english() -> None:
    i18n.use("id")
    forged = i18n._("forged: it is that of {name}").format(name="b")
    reason = plan.Reason(plan.STAMP_UNUSABLE, (forged,))
    assert converge_view.describe(reason) == "stempelnya tidak sah: palsu: stempel itu milik b"
    assert english({"what": list(reason.what)}) == {"what": ["forged: it is that of b"]}
    assert converge_view.status_word(progress.UNREACHABLE) == "tidak terjangkau"


def test_a_drill_is_told_in_the_language_and_kept_in_english() -> None:
    failed = {
        "step": "prepare",
        "message": "not enough disk under /x: 9 MiB are needed, 1 MiB are free",
        "template": "not enough disk under {place}: {needed} MiB are needed, {free} MiB are free",
        "values": {"place": "/x", "needed": "9", "free": "1"},
    }
    observed = {"id": "d1", "started_at": 0, "steps": {}, "failed": failed, "source": {"databases": {}}}
    documents = {}
    for language in i18n.LANGUAGES:
        i18n.use(language)
        results = [judge("lab-kab", observed), unfinished("lab-prov", "d2", "", "connect", i18n._("damaged"))]
        documents[language] = json.dumps(i18n.english(drill.document(results)))
        if language == "id":
            assert results[0].shortcomings == ("prepare: ruang disk di /x tidak cukup: perlu 9 MiB, tersedia 1 MiB",)
    assert documents["id"] == documents["en"]
    assert failed["message"] in documents["id"]
