"""A host key is accepted by its fingerprint, or by a person who is there to compare it; never by silence."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from provision.cli import first_contact
from provision.errors import UsageError

SHOWN: Any = SimpleNamespace(fingerprint="SHA256:abc")


def test_a_given_fingerprint_decides() -> None:
    assert first_contact.same_key("host", SHOWN, "SHA256:abc")
    assert not first_contact.same_key("host", SHOWN, "SHA256:other")


def test_without_a_terminal_nobody_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: False))
    with pytest.raises(UsageError) as refusal:
        first_contact.same_key("host", SHOWN, "")
    assert "--fingerprint SHA256:abc" in refusal.value.repair


@pytest.mark.parametrize("answer", [True, False])
def test_a_person_s_answer_counts(answer: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(first_contact, "confirm", lambda _question, default: answer)
    assert first_contact.same_key("host", SHOWN, "") is answer
