"""What the doctor says of sources that others write to: causes, steps of the way there, repairs; in both languages."""

from __future__ import annotations

from backbone_sync.dictionary import Text

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
