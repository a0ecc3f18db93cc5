"""The sentences with which roles give up, told in the language of the person.

Ansible, and with it the log, speaks English. A role's own sentence (`ansible.builtin.fail`, `ansible.builtin.assert`)
is known, so it is recognised in a failure's text by its fixed words and said again in the language in use; a {place}
of its message stands for what the role filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from ruamel.yaml import YAML

from provision import paths
from provision.i18n import joined, language, retold

_SAYERS = {"ansible.builtin.fail": "msg", "ansible.builtin.assert": "fail_msg"}
_FILLED_IN = re.compile(r"\{\{.*?\}\}")
_NAMES = "abcdefgh"


def _sayings(node: Any) -> Iterator[str]:
    """Every sentence of the tasks in a loaded file."""
    if isinstance(node, list):
        for one in node:
            yield from _sayings(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in _SAYERS and isinstance(value, dict) and isinstance(value.get(_SAYERS[key]), str):
                yield value[_SAYERS[key]]
            yield from _sayings(value)


def template(sentence: str) -> str:
    """A role's sentence as a message: what Jinja fills in becomes {a}, {b}, …"""
    names = iter(_NAMES)
    return _FILLED_IN.sub(lambda _found: f"{{{next(names)}}}", " ".join(sentence.split()))


@cache
def templates() -> tuple[str, ...]:
    """The messages of all roles; one that is nothing but filled in, or built by a loop, is none."""
    reader = YAML(typ="safe", pure=True)
    found: dict[str, None] = {}
    for path in sorted(paths.roles_dir().glob("*/tasks/**/*.yml")):
        for sentence in _sayings(reader.load(path.read_text(encoding="utf-8"))):
            message = template(sentence)
            if "{%" not in message and re.search(r"\w{3,} \w{2,}", message):
                found[message] = None
    return tuple(found)


def told(failure: str) -> str:
    """A failure's text, line by line in the language in use where a role's sentence is recognised."""
    if language() == "en":
        return failure
    return joined("\n", (retold(line, templates()) for line in failure.split("\n")))
