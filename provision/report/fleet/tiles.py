"""Where each province's tile lies on the map: a coarse grid of our own, and the short name that people use."""

from __future__ import annotations

from typing import NamedTuple


class Tile(NamedTuple):
    """Column and row from 1, and the short name."""

    column: int
    row: int
    short: str


# Kemendagri code → tile. West to east, north to south; neighbours touch where a grid allows it.
TILES: dict[str, Tile] = {
    "11": Tile(1, 1, "Aceh"),
    "12": Tile(2, 2, "Sumut"),
    "13": Tile(2, 3, "Sumbar"),
    "14": Tile(3, 3, "Riau"),
    "15": Tile(3, 4, "Jambi"),
    "16": Tile(3, 5, "Sumsel"),
    "17": Tile(2, 4, "Bengkulu"),
    "18": Tile(3, 6, "Lampung"),
    "19": Tile(4, 4, "Babel"),
    "21": Tile(4, 2, "Kepri"),
    "31": Tile(5, 6, "DKI"),
    "32": Tile(5, 7, "Jabar"),
    "33": Tile(6, 6, "Jateng"),
    "34": Tile(6, 7, "DIY"),
    "35": Tile(7, 7, "Jatim"),
    "36": Tile(4, 6, "Banten"),
    "51": Tile(8, 7, "Bali"),
    "52": Tile(9, 7, "NTB"),
    "53": Tile(10, 7, "NTT"),
    "61": Tile(5, 3, "Kalbar"),
    "62": Tile(5, 4, "Kalteng"),
    "63": Tile(6, 4, "Kalsel"),
    "64": Tile(6, 3, "Kaltim"),
    "65": Tile(6, 2, "Kaltara"),
    "71": Tile(9, 2, "Sulut"),
    "72": Tile(8, 3, "Sulteng"),
    "73": Tile(7, 5, "Sulsel"),
    "74": Tile(8, 5, "Sultra"),
    "75": Tile(8, 2, "Gorontalo"),
    "76": Tile(7, 4, "Sulbar"),
    "81": Tile(10, 5, "Maluku"),
    "82": Tile(10, 3, "Malut"),
    "91": Tile(13, 4, "Papua"),
    "92": Tile(12, 3, "Pabar"),
    "93": Tile(13, 6, "Pasel"),
    "94": Tile(12, 4, "Pateng"),
    "95": Tile(13, 5, "Papeg"),
    "96": Tile(11, 3, "PBD"),
}
