"""What the doctor says of sources that others write to: causes, steps of the way there, repairs; in both languages."""

from __future__ import annotations

from collections.abc import Iterator

from backbone_sync.dictionary import Text
from backbone_sync.findings import Finding
from backbone_sync.sources.delivery import Delivery

CAUSES: dict[str, tuple[Text, Text]] = {
    "being_written": (
        Text("Pusat sedang menulis ke basis data titip.", "The centre was in the middle of writing."),
        Text(
            "Tunggu jadwal berikutnya; bila menetap, tanyakan ke pusat apakah penulisannya macet.",
            "Wait for the next run; if it stays, ask the centre whether its writing has stopped half-way.",
        ),
    ),
    "no_bundle": (
        Text("Ada paket yang belum datang atau ditolak.", "A bundle has not come, or lies refused."),
        Text(
            "Minta paket baru ke pembuatnya; yang di `rejected/` dihapus sesudah alasannya ditangani.",
            "Ask its maker for another; remove what lies in `rejected/` once its reason has been dealt with.",
        ),
    ),
    "bundle": (
        Text("Sebuah paket ditolak utuh; tidak ada isinya yang disimpan.", "A bundle was refused, all of it."),
        Text(
            "Baca alasannya di `rejected/`, minta paket baru ke pembuatnya, lalu hapus yang ditolak.",
            "Read the reason in `rejected/`, ask its maker for another bundle, then remove the refused one.",
        ),
    ),
    "stale": (
        Text("Kiriman data sudah terlalu lama.", "What is delivered has become too old."),
        Text(
            "Tanyakan ke pusat apakah masih mengirim, dan periksa jalannya (VPN, kurir, unggahan).",
            "Ask the centre whether it still delivers, and look at the way that it takes (VPN, courier, upload).",
        ),
    ),
}
STEPS = {
    "landing": (Text("Basis data titip tidak siap", "The landing database is not ready"), "SQL"),
    "drop": (Text("Folder paket tidak dapat dipakai", "The drop directory cannot be used"), "file"),
    "signers": (Text("Kunci pembuat paket tidak ada", "The keys of those who sign are not there"), "PEM"),
}
REPAIRS = {
    "landing": Text("Jalankan `backbone-sync migrate`.", "Run `backbone-sync migrate`."),
    "drop": Text(
        "Periksa backbone_sync_files.directory, lalu `backbone apply --stage sync`.",
        "Check backbone_sync_files.directory, then `backbone apply --stage sync`.",
    ),
    "signers": Text(
        "Taruh kunci publik pembuat paket di backbone_sync_files.signers, lalu `backbone apply --stage sync`.",
        "Put the makers' public keys into backbone_sync_files.signers, then `backbone apply --stage sync`.",
    ),
}


def of(made: Delivery | None) -> Iterator[Finding]:
    """What others deliver: too old also between two runs, refused, or waiting for its other half."""
    if made is None:
        return
    if made.stale:
        days = "?" if made.age_seconds is None else f"{made.age_seconds / 86400:.1f}"
        yield Finding(
            "delivery.stale",
            "fault",
            Text(f"Kiriman terakhir berumur {days} hari.", f"The last delivery is {days} days old."),
            CAUSES["stale"][1],
        )
    for one in made.refused:
        yield Finding(
            f"delivery.refused.{one.name}",
            "fault",
            Text(f"Paket {one.name} ditolak: {one.reason}", f"Bundle {one.name} was refused: {one.reason}"),
            CAUSES["bundle"][1],
        )
    if made.waiting:
        names = ", ".join(made.waiting[:5])
        yield Finding(
            "delivery.waiting",
            "warning",
            Text(f"Menunggu diproses: {names}.", f"Waiting to be taken: {names}."),
            Text(
                "Pastikan berkas dan tanda tangannya (.dsse.json) ada berdua; lalu tunggu jadwal berikutnya.",
                "See that the file and its signature (.dsse.json) are both there; then wait for the next run.",
            ),
        )
