"""Why a run is not green, and what to do, in plain words of both languages.

Pure: `Facts` are gathered by `probe` (network) and by the command (status, database); `diagnose` makes sentences of
them. No sentence holds a row's value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backbone_sync.dictionary import Text
from backbone_sync.findings import Finding as Finding
from backbone_sync.findings import Step as Step
from backbone_sync.run.status import EntityStatus, Status
from backbone_sync.sources import delivery_findings

SOON = 60  # days: a new Nota Kesepakatan takes its time
CERTIFICATE_SOON = 14  # days
LATE = 24 * 3600.0  # seconds without a green run


@dataclass(frozen=True)
class Facts:
    """What is known. `status` None: the database does not answer, and `database_fault` says why."""

    status: Status | None
    database_fault: str = ""
    steps: tuple[Step, ...] = ()
    grant_days: int | None = None
    corrections: int = 0
    disputed: int = 0
    record_faults: tuple[str, ...] = ()


# Class of fault of the last run → what it means, and what to do.
CAUSES: dict[str, tuple[Text, Text]] = {
    "config": (
        Text("Berkas pengaturan layanan salah.", "The service's configuration is wrong."),
        Text(
            "Perbaiki inventaris lalu jalankan `backbone apply --stage sync`.",
            "Correct the inventory, then run `backbone apply --stage sync`.",
        ),
    ),
    "unreachable": (
        Text("Server pusat tidak menjawab.", "The centre's server did not answer."),
        Text(
            "Lihat langkah jaringan di bawah ini; bila semuanya baik, tunggu jadwal berikutnya.",
            "See the steps of the network below; if all of them hold, wait for the next run.",
        ),
    ),
    "overloaded": (
        Text("Server pusat sedang terlalu sibuk.", "The centre was too busy."),
        Text(
            "Pilih jam lain untuk sinkronisasi (malam hari), atau tunggu jadwal berikutnya.",
            "Choose another hour for the runs, at night, or wait for the next one.",
        ),
    ),
    "auth": (
        Text("Pusat menolak kredensial daerah ini.", "The centre refused this region's credentials."),
        Text(
            "Minta client id dan token baru ke pusat, simpan di vault, lalu `backbone apply --stage sync`.",
            "Ask the centre for a new client id and token; put them into the vault; `backbone apply --stage sync`.",
        ),
    ),
    "bad_answer": (
        Text("Yang menjawab bukan layanan pusat sebagaimana kontrak.", "What answered was not by the contract."),
        Text(
            "Periksa alamat dan proxy; bila benar, laporkan ke pusat bersama jam kejadian.",
            "Check the address and any proxy; if they are right, report it to the centre with the time.",
        ),
    ),
    **delivery_findings.CAUSES,
    "incomplete": (
        Text(
            "Sebagian data tidak datang; tidak ada yang dihapus.", "A part of the data did not come; none was deleted."
        ),
        Text(
            "Periksa sekolah atau wilayah yang disebut; jadwal berikutnya meminta semuanya lagi.",
            "See to the school or area that is named; the next run asks for everything again.",
        ),
    ),
    "cursor_expired": (
        Text("Pusat sudah melupakan posisi terakhir kita.", "The centre has forgotten our position."),
        Text("Jalankan `backbone-sync run --full` sekali.", "Run `backbone-sync run --full` once."),
    ),
    "region": (
        Text("Data yang datang bukan milik daerah ini.", "The data that came are not this region's."),
        Text(
            "Periksa backbone_region, lalu tanyakan ke pusat daerah mana yang diberikan kepada token ini.",
            "Check backbone_region, then ask the centre which region this token is for.",
        ),
    ),
    "database": (
        Text("Basis data tidak menjawab atau menolak.", "The database did not answer, or refused."),
        Text(
            "Jalankan `systemctl status postgresql` dan periksa ruang disk dengan `df -h`.",
            "Run `systemctl status postgresql`, and look at the disk's room with `df -h`.",
        ),
    ),
    "deletions_braked": (
        Text("Terlalu banyak penghapusan sekaligus; semuanya ditahan.", "Too many deletions at once; they are held."),
        Text(
            "Tanyakan ke pusat; bila benar: `backbone-sync release-deletes ENTITAS --by NAMA --reason ALASAN`.",
            "Ask the centre; if they are right: `backbone-sync release-deletes ENTITY --by NAME --reason TEXT`.",
        ),
    ),
    "leaving_braked": (
        Text(
            "Terlalu banyak baris tiba-tiba berada di luar daerah atau jenjang yang diizinkan; tidak ada yang dihapus.",
            "Too many rows turned out to lie outside the region or the granted levels at once; none was deleted.",
        ),
        Text(
            "Tanyakan ke pusat; bila benar: `backbone-sync release-deletes ENTITAS --by NAMA --reason ALASAN`.",
            "Ask the centre; if they are right: `backbone-sync release-deletes ENTITY --by NAME --reason TEXT`.",
        ),
    ),
    "missed": (
        Text(
            "Daftar dari pusat tidak memuat baris yang ada pada potret (snapshot) pusat sendiri.",
            "The centre's listing lacks rows that the centre's own snapshot has.",
        ),
        Text(
            "Lihat tempatnya dengan `backbone-sync reconcile ENTITAS`, lalu laporkan ke pusat.",
            "See where with `backbone-sync reconcile ENTITY`, and report it to the centre.",
        ),
    ),
    "schema_drift": (
        Text("Pusat mengubah bentuk datanya.", "The centre changed the shape of its data."),
        Text(
            "Entitas itu berhenti agar tidak ada yang rusak; pasang versi layanan yang mengenal bentuk baru itu.",
            "That entity has stopped so that nothing is spoilt; install a release that knows the new shape.",
        ),
    ),
    "grant": (
        Text("Izin (Nota Kesepakatan) sudah berakhir.", "The grant (Nota Kesepakatan) has ended."),
        Text(
            "Minta Nota Kesepakatan baru, perbarui grant.yml, lalu `backbone apply --stage sync`.",
            "Ask for a new Nota Kesepakatan, bring grant.yml up to date, then `backbone apply --stage sync`.",
        ),
    ),
}

_STEPS = {
    "name": (Text("Nama server pusat tidak ditemukan", "The centre's name is not found"), "DNS"),
    "connection": (Text("Tidak ada koneksi ke server pusat", "No connection to the centre"), "TCP"),
    "certificate": (Text("Sertifikat server pusat tidak dipercaya", "The centre's certificate is not trusted"), "TLS"),
    "token": (Text("Token tidak diterima", "The token is not accepted"), "token"),
    **delivery_findings.STEPS,
    "contract": (Text("Jawaban pusat tidak sesuai kontrak", "The centre's answer is not by the contract"), "API"),
    "answer": (Text("Jawaban sumber tidak dapat dipakai", "The source's answer cannot be used"), "API"),
    "school": (Text("Aplikasi sekolah tidak dapat dipakai", "A school's application cannot be used"), "school"),
    "plain": (Text("Ditanya tanpa TLS", "Asked without TLS"), "TLS"),
    "maintenance": (Text("Pusat mengumumkan pemeliharaan", "The centre announces maintenance"), "API"),
    "change": (Text("Pusat mengumumkan perubahan data", "The centre announces a change of its data"), "API"),
    "overlap": (Text("Baris pusat dapat muncul terlambat", "Rows of the centre may become visible late"), "API"),
    "unserved": (Text("Diizinkan, tetapi sumber tidak memilikinya", "Granted, but the source does not have"), "API"),
}
_STEP_REPAIR = {
    "name": Text("Periksa backbone_sync_url dan DNS server ini.", "Check backbone_sync_url and this server's DNS."),
    "connection": Text(
        "Minta pengelola jaringan membuka jalan keluar ke alamat itu.",
        "Have those who run the network open the way out to that address.",
    ),
    "certificate": Text(
        "Periksa backbone_sync_ca, nama server, dan jam mesin ini.",
        "Check backbone_sync_ca, the server's name, and this machine's clock.",
    ),
    "token": CAUSES["auth"][1],
    "contract": CAUSES["bad_answer"][1],
    **delivery_findings.REPAIRS,
    "answer": Text(
        "Cocokkan jalur, nama kolom, dan kunci entitas itu di [source.entities] dengan sumbernya.",
        "Compare path, names and key of that entity in [source.entities] with the source.",
    ),
    "school": Text(
        "Periksa komputer sekolah, alamat server ini di layanan webnya, tokennya, dan NPSN-nya.",
        "See to the school's computer, this server's address in its web service, its token and its NPSN.",
    ),
    "plain": Text(
        "Hanya boleh lewat VPN atau jaringan sendiri; siapa pun di jaringan itu dapat membacanya.",
        "Only through the VPN or a network of your own; whoever is on that network can read it.",
    ),
    "maintenance": Text(
        "Selama itu sinkronisasi menunggu atau gagal; jadwal sesudahnya meneruskan.",
        "Runs wait or fail meanwhile; the next one after it goes on.",
    ),
    "change": Text(
        "Pasang versi layanan yang mengenalnya sebelum tanggal itu.",
        "Install a release that knows it before that day.",
    ),
    "overlap": Text(
        "Naikkan source.overlap di atas waktu itu, agar tidak ada baris yang terlewat.",
        "Raise source.overlap above that time, so that no row is passed by.",
    ),
    "unserved": Text(
        "Yang tersimpan tetap seperti adanya; beri jalurnya di [source.entities], atau keluarkan dari izin.",
        "What is stored stays as it is; give its path in [source.entities], or leave it out of the grant.",
    ),
}


def diagnose(facts: Facts) -> list[Finding]:
    """Everything that is wrong or will be soon, the gravest first; a single `ok` when there is nothing."""
    found = [
        *_database(facts),
        *_run(facts),
        *_entities(facts),
        *delivery_findings.of(facts.status.delivery if facts.status else None),
        *_source(facts),
        *_privacy(facts),
    ]
    order = {"fault": 0, "warning": 1}
    found.sort(key=lambda one: order[one.level])
    return found or [Finding("ok", "ok", Text("Semuanya baik.", "All is well."))]


def _database(facts: Facts) -> Iterator[Finding]:
    if facts.status is None:
        what, do = CAUSES["database"]
        yield Finding("database", "fault", _with(what, facts.database_fault), do)


def _run(facts: Facts) -> Iterator[Finding]:
    status = facts.status
    if status is None:
        return
    if status.state == "never":
        yield Finding(
            "never",
            "fault",
            Text("Sinkronisasi belum pernah berjalan.", "No run has been made yet."),
            Text("Jalankan `backbone-sync run`.", "Run `backbone-sync run`."),
        )
        return
    if not status.green and status.error_kind in CAUSES:
        what, do = CAUSES[status.error_kind]
        yield Finding(f"run.{status.error_kind}", "fault", _with(what, status.message or ""), do)
    elif status.state == "interrupted":
        yield Finding(
            "run.interrupted",
            "fault",
            Text("Sinkronisasi terakhir terputus di tengah jalan.", "The last run broke off before its end."),
            Text("Jalankan lagi; ia meneruskan dari tempatnya.", "Run it again; it goes on where it stood."),
        )
    elif not status.green:
        what = Text("Sinkronisasi terakhir tidak hijau.", "The last run was not green.")
        do = Text("Lihat entitas di bawah ini.", "See the entities below.")
        yield Finding("run.not_green", "fault", _with(what, status.message or ""), do)
    if status.lag_seconds is not None and status.lag_seconds > LATE:
        hours = int(status.lag_seconds // 3600)
        yield Finding(
            "late",
            "warning",
            Text(f"Sudah {hours} jam tanpa sinkronisasi hijau.", f"{hours} hours without a green run."),
            Text("Periksa `systemctl status backbone-sync.timer`.", "Look at `systemctl status backbone-sync.timer`."),
        )


def _entities(facts: Facts) -> Iterator[Finding]:
    for name, one in facts.status.entities.items() if facts.status else ():
        yield from _entity(name, one)
    for orphan in facts.status.orphans if facts.status else ():
        if orphan.orphans:
            yield Finding(
                f"orphans.{orphan.entity}.{orphan.field}",
                "warning",
                Text(
                    f"{orphan.orphans} baris {orphan.entity} menunjuk {orphan.reference} yang tidak ada.",
                    f"{orphan.orphans} rows of {orphan.entity} refer to a {orphan.reference} that is not there.",
                ),
                Text("Laporkan ke pusat; barisnya tetap disimpan.", "Report it to the centre; the rows are kept."),
            )


def _entity(name: str, one: EntityStatus) -> Iterator[Finding]:
    if not one.balanced:
        source = "?" if one.source is None else one.source
        yield Finding(
            f"unbalanced.{name}",
            "fault",
            Text(
                f"{name}: pusat menghitung {source}, di sini {one.stored + one.quarantined + one.withheld}.",
                f"{name}: the centre counts {source}, here there are {one.stored + one.quarantined + one.withheld}.",
            ),
            Text(
                f"Jalankan `backbone-sync reconcile {name}`, lalu `backbone-sync run --full`.",
                f"Run `backbone-sync reconcile {name}`, then `backbone-sync run --full`.",
            ),
        )
    if one.held:
        yield Finding(
            f"held.{name}",
            "fault",
            Text(f"{name}: {one.held} penghapusan ditahan.", f"{name}: {one.held} deletions wait."),
            CAUSES["deletions_braked"][1],
        )
    if one.refused:
        yield Finding(
            f"refused.{name}",
            "fault",
            Text(
                f"{name}: {one.refused} baris dari luar daerah ditolak.",
                f"{name}: {one.refused} rows from outside the region were refused.",
            ),
            CAUSES["region"][1],
        )
    elif one.quarantined:
        yield Finding(
            f"quarantine.{name}",
            "warning",
            Text(
                f"{name}: {one.quarantined} baris dikarantina.",
                f"{name}: {one.quarantined} rows are in quarantine.",
            ),
            Text(
                f"Lihat alasannya dengan `backbone-sync quarantine {name}`, lalu `backbone-sync replay {name}`.",
                f"See why with `backbone-sync quarantine {name}`, then `backbone-sync replay {name}`.",
            ),
        )
    if one.unknown_fields:
        fields = ", ".join(one.unknown_fields)
        yield Finding(
            f"unknown.{name}",
            "warning",
            Text(
                f"{name}: pusat mengirim atribut yang tidak dikenal: {fields}.",
                f"{name}: the centre sends fields that are not known: {fields}.",
            ),
            Text("Tidak disimpan; kabarkan kepada pengembang.", "They are not stored; tell the developers."),
        )


def _source(facts: Facts) -> Iterator[Finding]:
    for step in facts.steps:
        if step.fault:
            code = ".".join(filter(None, ("source", step.name, step.where)))
            level = "warning" if step.warning else "fault"
            yield Finding(code, level, _with(_STEPS[step.name][0], step.fault), _STEP_REPAIR[step.name])
        elif step.days_left is not None and step.days_left <= CERTIFICATE_SOON:
            yield Finding(
                "source.certificate",
                "warning",
                Text(
                    f"Sertifikat server pusat habis dalam {step.days_left} hari.",
                    f"The centre's certificate ends in {step.days_left} days.",
                ),
                Text("Kabarkan kepada pusat.", "Tell the centre."),
            )


def _privacy(facts: Facts) -> Iterator[Finding]:
    if facts.grant_days is not None and facts.grant_days <= SOON:
        level = "fault" if facts.grant_days <= 0 else "warning"
        ended = Text("Izin sudah berakhir.", "The grant has ended.")
        ends = Text(f"Izin berakhir dalam {facts.grant_days} hari.", f"The grant ends in {facts.grant_days} days.")
        yield Finding("grant", level, ended if facts.grant_days <= 0 else ends, CAUSES["grant"][1])
    if facts.corrections:
        yield Finding(
            "corrections",
            "warning",
            Text(
                f"{facts.corrections} koreksi menunggu pusat, {facts.disputed} di antaranya diperselisihkan.",
                f"{facts.corrections} corrections wait for the centre, {facts.disputed} of them disputed.",
            ),
            Text(
                "Kirim `backbone-sync subject corrections --json` kepada pemilik data di pusat.",
                "Send `backbone-sync subject corrections --json` to the centre's data owner.",
            ),
        )
    for fault in facts.record_faults:
        yield Finding(
            "record",
            "fault",
            _with(Text("Catatan pemrosesan tidak utuh", "The record of processing does not hold"), fault),
            Text(
                "Cari tahu siapa yang menyentuh basis data; bandingkan dengan journal (`record seq=`).",
                "Find out who touched the database; compare with the journal (`record seq=`).",
            ),
        )


def _with(text: Text, detail: str) -> Text:
    return Text(f"{text.id.rstrip('.')}: {detail}", f"{text.en.rstrip('.')}: {detail}") if detail else text
