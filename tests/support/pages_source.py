"""An API with numbered pages that misbehaves as a test wants: the ways of real gateways, one switch each."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from tests.support.foreign import DISTRICTS, areas, school, student
from tests.support.odd_http import HTML, Asked, Reply, reply

USER, PASSWORD, KEY, STUDENT_KEY = "dinas", "sandi-rahasia", "kunci-umum", "kunci-siswa"
PATHS = {"/wilayah": "ref.mst_wilayah", "/sekolah": "sekolah", "/siswa": "peserta_didik"}
SECRETS = (PASSWORD, KEY, STUDENT_KEY, "token-")


def foreign(row: dict[str, Any]) -> dict[str, Any]:
    """A student's row by other names, numbers and empty values as text, times without a zone."""
    made = {name: "" if value is None else str(value) for name, value in row.items()}
    made["nm_siswa"] = made.pop("nama")
    made["last_update"] = "2025-03-01 08:15:00"
    made["tanggal_lahir"] = made["tanggal_lahir"] + " 00:00:00"
    made["dibuat_oleh"] = "operator"
    return made


@dataclasses.dataclass
class PagesApi:
    """Serves three entities; schools and students by kode_kecamatan.

    `most`: rows a page at most, whatever is asked; `past`: what stands beyond the last page (empty, last, first, 404);
    `deaf`: ignores page numbers; `scopeless`: ignores the scope; `bare`: a list and nothing around it; `spoil`: what
    is done to an answer; `meanwhile`: is called before each page.
    """

    rows: dict[str, list[dict[str, Any]]] = dataclasses.field(default_factory=dict)
    most: int = 1000
    past: str = "empty"
    deaf: bool = False
    scopeless: bool = False
    bare: bool = False
    spoil: Callable[[Asked, Reply], Reply] = lambda asked, made: made
    meanwhile: Callable[[Asked], None] = lambda asked: None
    asked: list[Asked] = dataclasses.field(default_factory=list)
    tokens: int = 0

    def filled(self, students: int = 70) -> PagesApi:
        """With the areas, six schools, and students spread over the districts."""
        self.rows = {
            "ref.mst_wilayah": areas(),
            "sekolah": [school(n, DISTRICTS[n % 3]) for n in range(6)],
            "peserta_didik": [student(n, DISTRICTS[n % 3]) for n in range(students)],
        }
        return self

    def answer(self, asked: Asked) -> Reply:
        """One request's answer."""
        asked = dataclasses.replace(asked, path=asked.path.removeprefix("/baru"))  # the same by another address
        self.asked.append(asked)
        return self.spoil(asked, self._answer(asked))

    def _answer(self, asked: Asked) -> Reply:
        if asked.path == "/masuk":
            right = asked.form == {"username": USER, "password": PASSWORD} and asked.headers.get("x-api-key") == KEY
            self.tokens += right
            return reply({"access_token": f"token-{self.tokens}"}) if right else reply({"detail": "no"}, 401)
        key = STUDENT_KEY if asked.path == "/siswa" else KEY
        if asked.headers.get("authorization") != f"Bearer token-{self.tokens}":
            return dataclasses.replace(HTML, status=401)
        if asked.headers.get("apikey" if asked.path == "/siswa" else "x-api-key") != key:
            return reply({"message": "no key"}, 403)
        if asked.path not in PATHS:
            return dataclasses.replace(HTML, status=404)
        self.meanwhile(asked)
        rows = self.rows[PATHS[asked.path]]
        scope = asked.query.get("kode_kecamatan")
        if scope and not self.scopeless:
            rows = [row for row in rows if row["kode_wilayah"] == scope]
        size = min(self.most, int(asked.query["per_page"]))
        page = 1 if self.deaf else int(asked.query["page"])
        last = max(1, -(-len(rows) // size))
        if page > last:
            if self.past == "404":
                return dataclasses.replace(HTML, status=404)
            page = {"empty": page, "last": last, "first": 1}[self.past]
        shown = rows[(page - 1) * size : page * size]
        if asked.path == "/siswa":
            shown = [foreign(row) for row in shown]
        return Reply(body=json.dumps(shown if self.bare else {"data": shown}).encode())
