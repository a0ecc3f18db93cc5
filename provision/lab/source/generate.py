"""Seeded synthetic data of one region: the same seed and sizes give the same rows, byte for byte."""

# ruff: noqa: S311, S608  (seeded data, and table names of our own)

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import people, premises, reference, schema

Row = tuple[Any, ...]
_FIRST = 1721001600  # 2024-07-15T00:00:00Z: the school year's first day, in seconds since the epoch
_SPAN = 180 * 86400  # seconds over which the rows' last updates are spread


@dataclass(frozen=True)
class Size:
    """How many rows.

    What is not said follows from the average kabupaten. `gone`: students withdrawn already.
    """

    schools: int = 430
    students: int = 88_000
    gone: int = -1
    doubtful: int = -1

    @property
    def classes(self) -> int:
        """28 students a class, at least one class a school."""
        return max(self.schools, self.students // 28)

    @property
    def staff(self) -> int:
        """One teacher or clerk for 16 students, at least one a school."""
        return max(self.schools, self.students // 16)

    @property
    def withdrawn(self) -> int:
        """Rows of students that exist as tombstones only."""
        return self.students // 1000 if self.gone < 0 else self.gone

    @property
    def doubtfuls(self) -> int:
        """Students whose NISN is a placeholder."""
        return self.students // 2000 if self.doubtful < 0 else self.doubtful


class Maker:
    """Makes the rows of one region from one seed."""

    def __init__(self, size: Size, seed: int, region: str) -> None:
        self.size = size
        self.random = random.Random(seed)
        self.region = region
        self.areas = reference.areas(region)
        self.villages = [a for a in self.areas if a[2] == 4]
        self.schools: list[tuple[str, int]] = []
        self.staff: list[str] = []
        self.classes: list[tuple[str, str]] = []
        self.students: list[str] = []
        self.assignments: list[str] = []
        self.spaces: dict[str, list[tuple[str, str]]] = {"tanah": [], "bangunan": [], "ruang": []}

    def uuid(self) -> str:
        """A version 4 uuid from the seed."""
        text = f"{self.random.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def common(self, gone: int = 0) -> Row:
        """create_date, last_update, soft_delete, last_sync, updater_id."""
        moment = moment_text(_FIRST + self.random.random() * _SPAN)
        return ("2024-07-15T00:00:00.000Z", moment, gone, moment, None)

    def sekolah(self) -> Iterator[Row]:
        """Schools of all levels, most of them primary."""
        r = self.random
        for n in range(self.size.schools):
            form = r.choices((1, 2, 5, 6, 13, 15), (20, 10, 45, 14, 6, 5))[0]
            key, village, public = self.uuid(), r.choice(self.villages), r.random() < 0.6
            self.schools.append((key, form))
            name = f"{reference.FORMS[form]} {'Negeri' if public else 'Swasta'} Contoh {n + 1}"
            yield (
                *(key, name, None, None, f"99{n:06d}", form, f"Jalan Contoh {n + 1}", r.randint(1, 9)),
                *(r.randint(1, 9), None, village[1], village[0], "50000", round(r.uniform(-7.1, -6.9), 6)),
                *(round(r.uniform(110.3, 110.5), 6), None, None, f"sekolah{n + 1}@contoh.example", None),
                *(1 if public else 2, None, None, 1 if public else 2, None, None, r.choice("ABC"), 1),
                *self.common(),
            )

    def peserta_didik(self) -> Iterator[Row]:
        """Students; the last `withdrawn` of them have left the centre's data again."""
        r, size = self.random, self.size
        for n in range(size.students + size.withdrawn):
            key, sex, village = self.uuid(), r.choice("LP"), r.choice(self.villages)
            gone = n >= size.students
            if not gone:
                self.students.append(key)
            nisn = None if r.random() < 0.02 else f"99{n:08d}"
            yield (
                *(key, people.name(r), sex, "0000000000" if n < size.doubtfuls else nisn, f"99{n:014d}"),
                *(f"99{n // 2:014d}", people.place(r), f"{r.randint(2007, 2018)}-{r.randint(1, 12):02d}-15"),
                *(r.choices((1, 2, 3, 4, 5, 6, 7), (85, 5, 4, 1, 1, 1, 1))[0], 0 if r.random() < 0.98 else 2),
                *(f"Jalan Contoh {r.randint(1, 400)}", r.randint(1, 12), r.randint(1, 12), None, village[1]),
                *(village[0], "50000", round(r.uniform(-7.1, -6.9), 6), round(r.uniform(110.3, 110.5), 6), 1),
                *(r.randint(1, 8), f"08000{n:07d}", None, int(r.random() < 0.1), int(r.random() < 0.15)),
                *(int(r.random() < 0.2), people.name(r), r.randint(1, 12), r.randint(1, 6), people.name(r)),
                *(r.randint(1, 12), r.randint(1, 6), None, "ID", *self.common(int(gone))),
            )

    def registrasi_peserta_didik(self) -> Iterator[Row]:
        """One enrolment a student."""
        r = self.random
        for n, student in enumerate(self.students):
            school = self.schools[n % len(self.schools)][0]
            yield (
                *(self.uuid(), student, school, r.choice((1, 1, 1, 2)), f"{n:06d}", "2024-07-15"),
                *(None, None, None, *self.common()),
            )

    def ptk(self) -> Iterator[Row]:
        """Teachers and clerks."""
        r = self.random
        for n in range(self.size.staff):
            key, village, civil = self.uuid(), r.choice(self.villages), r.random() < 0.45
            self.staff.append(key)
            yield (
                *(key, people.name(r), f"99{n:016d}" if civil else None, r.choice("LP"), people.place(r)),
                *(
                    f"{r.randint(1965, 2000)}-{r.randint(1, 12):02d}-15",
                    f"99{10**13 + n:014d}",
                    f"99{n:014d}",
                ),
                *(1 if civil else 5, 20 if r.random() < 0.9 else 11, 1, f"Jalan Contoh {r.randint(1, 400)}"),
                *(village[1], village[0], f"08001{n:07d}", None, 1, 10 if civil else None, 1 if civil else 4),
                *("ID", *self.common()),
            )

    def ptk_terdaftar(self) -> Iterator[Row]:
        """One assignment a member of staff, a second one for every twentieth."""
        for n, person in enumerate(self.staff):
            for school in range(2 if n % 20 == 19 else 1):
                self.assignments.append(self.uuid())
                yield (
                    *(self.assignments[-1], person, self.schools[(n + school) % len(self.schools)][0], 2024),
                    *(f"800/{n + 1}/2024", "2024-07-01", int(not school), "2024-07-15", 20, None, None, None),
                    *self.common(),
                )

    def rombongan_belajar(self) -> Iterator[Row]:
        """Classes of the odd semester."""
        for n in range(self.size.classes):
            (school, form), key = self.schools[n % len(self.schools)], self.uuid()
            self.classes.append((key, school))
            first, last = reference.GRADES[form]
            grade = first + n // len(self.schools) % (last - first + 1)
            yield (
                *(
                    key,
                    "20241",
                    school,
                    grade,
                    2024,
                    f"Kelas {grade}-{n}",
                    self.staff[n % len(self.staff)],
                    1,
                ),
                *(0, "2024-07-15", "2024-12-20", None, *self.common()),
            )

    def anggota_rombel(self) -> Iterator[Row]:
        """One membership a student, in a class of the student's own school."""
        per_school: dict[str, list[str]] = {}
        for key, school in self.classes:
            per_school.setdefault(school, []).append(key)
        for n, student in enumerate(self.students):
            own = per_school[self.schools[n % len(self.schools)][0]]
            turn = n // len(self.schools)
            yield (self.uuid(), own[turn % len(own)], student, 1, *self.common())


def moment_text(seconds: float) -> str:
    """RFC 3339 in UTC with milliseconds, of fixed width, so that text order is time order."""
    import datetime as dt

    at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def generate(data: Path, size: Size, seed: int, region: str) -> dict[str, int]:
    """Write the data file anew; returns the rows of each entity, tombstones included."""
    for old in (data, Path(f"{data}-wal"), Path(f"{data}-shm")):
        old.unlink(missing_ok=True)
    connection = schema.connect(data)
    maker, counts = Maker(size, seed, region), {}
    connection.execute("BEGIN")
    schema.create(connection)
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?)", [("region", region), ("seed", str(seed)), ("version", "1")]
    )
    for entity in schema.ENTITIES:
        if entity.startswith("ref."):
            rows: Iterator[Row] = (
                (*row, None, "2024-07-01T00:00:00.000Z", "2024-07-01T00:00:00.000Z", 0, None, None)
                for row in reference.rows(entity, maker.areas)
            )
        else:
            rows = premises.ROWS[entity](maker) if entity in premises.ROWS else getattr(maker, entity)()
        places = ", ".join("?" * len(schema.columns(entity)))
        cursor = connection.executemany(f'INSERT INTO "{entity}" VALUES ({places})', rows)
        counts[entity] = cursor.rowcount
    schema.index(connection)
    connection.execute("COMMIT")
    connection.close()
    return counts
