"""Names of nobody: syllables put together."""

from __future__ import annotations

import random

_HEADS = (
    "Ba",
    "Da",
    "Ka",
    "La",
    "Ma",
    "Na",
    "Pa",
    "Ra",
    "Sa",
    "Ta",
    "Wa",
    "Ya",
    "Be",
    "De",
    "Ke",
    "Lo",
    "Mu",
    "Ru",
)
_TAILS = (
    "bira",
    "dena",
    "kuno",
    "lita",
    "mari",
    "nusa",
    "pera",
    "rono",
    "sula",
    "tami",
    "weni",
    "yoga",
    "zari",
)
_PLACES = ("Contohan", "Rekaan", "Karangan", "Umpama", "Misalan")


def name(source: random.Random) -> str:
    """A made-up name of two words."""
    return f"{source.choice(_HEADS)}{source.choice(_TAILS)} {source.choice(_HEADS)}{source.choice(_TAILS)}"


def place(source: random.Random) -> str:
    """A made-up place."""
    return source.choice(_PLACES)
