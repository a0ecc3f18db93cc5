"""Inputs of stages are resolved by Ansible once, as keyed digests, and then come from the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision.converge import inputs
from provision.converge.book import Book
from provision.converge.inputs import ServerInputs, plays, resolve
from provision.errors import UsageError
from tests.support.tiny_book import tiny_book, write_inventory

HOSTS = ("kab", "prov")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    monkeypatch.setenv("BACKBONE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("BACKBONE_STATE", str(tmp_path / "state"))
    return tiny_book(tmp_path / "book")


def test_stages_share_a_play_unless_their_files_define_one_name_twice(book: Book) -> None:
    content: dict[str, dict[str, str]] = {stage: {} for stage in book.names}
    [play] = plays(book, content)
    assert len(play["vars_files"]) == 6
    with book.wiring("beta").open("a") as file:
        file.write("__shared: 1\n")
    with book.wiring("gamma").open("a") as file:
        file.write("__shared: 2\n")
    first, second = plays(book, content)
    assert list(first["tasks"][0]["backbone_resolve"]["stages"]) == ["alpha", "beta"]
    assert list(second["tasks"][0]["backbone_resolve"]["stages"]) == ["gamma"]


@pytest.mark.needs_ansible
def test_digests_change_with_what_they_stand_for_and_with_nothing_else(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "inventory"

    def ask(**variables: str) -> dict[str, ServerInputs]:
        return resolve(write_inventory(folder, HOSTS, None, **variables), HOSTS, book)

    def changed(before: ServerInputs, now: ServerInputs) -> set[tuple[str, str]]:
        return {
            (stage, name)
            for stage in now
            for name in before[stage].inputs.keys() | now[stage].inputs.keys()
            if before[stage].inputs.get(name) != now[stage].inputs.get(name)
        }

    plain = ask()
    assert set(plain["kab"]["alpha"].inputs) == {
        *("(ansible)", "(role content)", "alpha_folder", "alpha_text", "alpha_secret", "alpha_command")
    }
    # The same value of another variable, stage or server has another digest: nothing can be told from them.
    digests = [digest for server in plain.values() for stage in server.values() for digest in stage.inputs.values()]
    assert len(set(digests)) == len(digests)
    (folder / "list.pem").write_text("one")
    named = "{{ inventory_dir }}/list.pem"
    other = ask(test_alpha_secret="baru", test_beta=named)
    assert changed(plain["kab"], other["kab"]) == {("alpha", "alpha_secret"), ("beta", "beta_text")}
    assert "baru" not in (next((tmp_path / "cache" / "inputs").iterdir())).read_text()
    (folder / "list.pem").write_text("two")
    again = ask(test_alpha_secret="baru", test_beta=named)
    assert changed(other["kab"], again["kab"]) == {("beta", "beta_text")}

    (folder / "list.pem").unlink()
    monkeypatch.setattr(inputs, "drive", lambda *_: pytest.fail("a known inventory was resolved again"))
    assert ask() == plain


def test_the_content_of_a_role_is_that_of_its_stage_alone(book: Book) -> None:
    before = {stage: book.content(stage) for stage in book.names}
    with (book.roles / "gamma" / "handlers" / "main.yml").open("a") as file:
        file.write("# a comment\n")
    (book.roles / "beta" / "README.md").write_text("explains and changes nothing")
    assert {stage for stage in book.names if book.content(stage) != before[stage]} == {"gamma"}


@pytest.mark.needs_ansible
def test_what_cannot_be_resolved_is_named_and_a_secret_is_not_quoted(book: Book, tmp_path: Path) -> None:
    def refusal(**variables: str) -> str:
        with pytest.raises(UsageError) as refused:
            resolve(write_inventory(tmp_path / "inventory", HOSTS[:1], None, **variables), HOSTS[:1], book)
        return refused.value.message

    secret = refusal(test_beta_secret="{{ 'geheim' | no_such_filter }}")
    assert "stage beta: beta_secret cannot be resolved" in secret
    assert "geheim" not in secret
    assert "backbone_secret_stamp_key is shorter than 32 characters" in refusal(backbone_secret_stamp_key="short")
