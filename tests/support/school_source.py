"""One school's application with its local web service, and all the traps that are known of it, one switch each."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from typing import Any

from tests.support import rows
from tests.support.foreign import DISTRICTS, WORDS, key_of, school
from tests.support.odd_http import Asked, Reply, reply

SEMESTER = "20251"
DENIED = Reply(body=b"Access denied. Invalid or missing token", kind="text/html")
_BOOKKEEPING = ("create_date", "last_update", "soft_delete", "last_sync", "updater_id")
NO_CLASS = "Peserta didik belum masuk rombongan belajar"


def plain(entity: str, number: int, **values: Any) -> dict[str, Any]:
    """A row as the application tells it: no word of when it changed."""
    made = {**rows.right(WORDS[entity]), WORDS[entity].key.name: key_of(entity, number), **values}
    return {name: value for name, value in made.items() if name not in (*_BOOKKEEPING, "sekolah_id")}


@dataclasses.dataclass
class SchoolApp:
    """A school with three classes, its students and teachers.

    `deaf`: ignores page and limit; `most`: rows a page at most; `results`: total, page (the page's own) or none;
    `members_in_classes`: the classes list their members themselves, all but those `without_class`.
    `at_end`: what a page beyond the last one brings: error, empty or again; `spoil`: what is done to an answer.
    """

    number: int
    students: int = 20
    deaf: bool = True
    most: int = 10_000
    results: str = "total"
    at_end: str = "error"
    members_in_classes: bool = False
    without_class: tuple[int, ...] = ()
    spoil: Callable[[Asked, Reply], Reply] = lambda asked, made: made
    asked: list[Asked] = dataclasses.field(default_factory=list)
    at_once: int = 0
    tables: dict[str, list[dict[str, Any]]] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        base = 1000 * self.number
        self.npsn = f"{20300000 + self.number}"
        self.token = f"token-sekolah-{self.number}"
        self._inside = threading.Lock()
        own = {k: v for k, v in school(self.number, DISTRICTS[0], self.npsn).items() if k not in _BOOKKEEPING}
        classes = [
            plain(
                "rombongan_belajar",
                base + n,
                semester_id=SEMESTER,
                nama=f"Kelas {n}",
                ptk_id=key_of("ptk", base + n),
                parent_rombongan_belajar_id=None,
                pembelajaran=[self._lesson(base + 10 * n + m, base + n) for m in range(2)],
            )
            for n in range(3)
        ]
        self.tables = {
            "getSekolah": [{**own, "kecamatan": "Kec. Contoh"}],
            "getGtk": [{**plain("ptk", base + n, nama=f"Guru {n}"), **self._assignment(base + n)} for n in range(4)],
            "getPesertaDidik": [self.student(n) for n in range(self.students)],
            "getRombonganBelajar": classes,
            "getPrasarana": [],
        }

    def _lesson(self, number: int, of_class: int) -> dict[str, Any]:
        made = plain(
            "pembelajaran", number, ptk_terdaftar_id=key_of("ptk_terdaftar", of_class), induk_pembelajaran_id=""
        )
        return {k: v for k, v in made.items() if k not in ("rombongan_belajar_id", "semester_id")}

    def _assignment(self, number: int) -> dict[str, Any]:
        return plain("ptk_terdaftar", number, ptk_id=key_of("ptk", number))

    def student(self, number: int) -> dict[str, Any]:
        """A student's row: person, enrolment and membership in one."""
        base = 1000 * self.number
        return {
            **plain("peserta_didik", base + number, nama=f"Murid {number}"),
            **plain("registrasi_peserta_didik", base + number, peserta_didik_id=key_of("peserta_didik", base + number)),
            "anggota_rombel_id": key_of("anggota_rombel", base + number),
            "rombongan_belajar_id": key_of("rombongan_belajar", base + number % 3),
            "nama_rombel": "Kelas",
            "semester_id": SEMESTER,
        }

    def answer(self, asked: Asked) -> Reply:
        """One call's answer; calls that come at once are counted."""
        if not self._inside.acquire(blocking=False):
            self.at_once += 1
            return reply({"success": False, "http_code": 500, "message": "busy"})
        try:
            self.asked.append(asked)
            return self.spoil(asked, self._answer(asked))
        finally:
            self._inside.release()

    def _answer(self, asked: Asked) -> Reply:
        method = asked.path.removeprefix("/WebService/")
        if asked.headers.get("authorization") != f"Bearer {self.token}" or asked.query.get("npsn") != self.npsn:
            return DENIED
        if method not in self.tables:
            return reply({"success": False, "http_code": 404, "message": "Method not found"})
        listed = self.tables[method]
        if method == "getRombonganBelajar" and self.members_in_classes:
            listed = [{**one, "anggota_rombel": self._members(one)} for one in listed]
        if method == "getSekolah":
            return reply({"results": 1, "id": "sekolah_id", "start": 0, "limit": 20, "rows": listed[0]})
        size = min(self.most, int(asked.query["limit"])) if not self.deaf else self.most
        page = 1 if self.deaf else int(asked.query["page"])
        last = max(1, -(-len(listed) // size))
        if page > last and self.at_end == "again":
            page = last
        shown = listed[(page - 1) * size : page * size]
        if not shown and self.at_end != "empty":
            return reply({"success": False, "http_code": 404, "message": "Data Tidak Ditemukan"})
        made: dict[str, Any] = {"id": "x", "start": 0, "limit": size, "rows": shown}
        if self.results != "none":
            made["results"] = len(listed) if self.results == "total" else len(shown)
        return reply(made)

    def _members(self, one: dict[str, Any]) -> list[dict[str, Any]]:
        names = ("anggota_rombel_id", "peserta_didik_id", "jenis_pendaftaran_id")
        right = [self.student(n) for n in range(self.students) if n not in self.without_class]
        return [
            {name: row[name] for name in names}
            for row in right
            if row["rombongan_belajar_id"] == one["rombongan_belajar_id"]
        ]
