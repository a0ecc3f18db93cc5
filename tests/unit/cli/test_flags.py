"""The same word means the same thing in every verb, and every verb serves machines too."""

from __future__ import annotations

from handbook import reference
from provision import i18n

# They pass on what another program says, or have nothing to say.
NO_JSON = {"backbone lab down", "backbone lab ssh", "backbone lab exec", "backbone test"}


def test_flags_are_the_same_everywhere() -> None:
    before = i18n.language()
    verbs = {name: one for name, one in reference.command_tree("en") if not hasattr(one, "commands")}
    i18n.use(before)
    words = {name: {word for one in verb.params for word in one.opts} for name, verb in verbs.items()}
    assert {name for name, said in words.items() if "--json" not in said} == NO_JSON
    assert [name for name, said in words.items() if ("-i" in said) != ("--inventory" in said)] == []
    assert [name for name, said in words.items() if "--limit" in said and "-i" not in said] == []
    short = {
        (word, max(one.opts, key=len)) for verb in verbs.values() for one in verb.params for word in one.opts
        if len(word) == 2
    }  # fmt: skip
    assert short == {("-i", "--inventory"), ("-u", "--user")}
