-- Made from the data dictionary by `python -m backbone_sync.dictionary.generated`; not to be edited.
-- PostgreSQL 14 or newer.
CREATE SCHEMA ref;
CREATE SCHEMA backbone;

-- ref.mst_wilayah: Wilayah / Area
CREATE TABLE IF NOT EXISTS "ref"."mst_wilayah" (
    "kode_wilayah" varchar(8) PRIMARY KEY,
    "nama" varchar(60),
    "id_level_wilayah" smallint,
    "mst_kode_wilayah" varchar(8),
    "kode_bps" varchar(7),
    "kode_dagri" varchar(13),
    "kode_keu" varchar(10),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."mst_wilayah" IS 'Wilayah administrasi dengan kode pendidikan, BPS, Kemendagri dan Kemenkeu / Administrative areas with the codes of education, statistics, home affairs and finance';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."kode_wilayah"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."mst_wilayah" t

-- ref.agama: Agama / Religion
CREATE TABLE IF NOT EXISTS "ref"."agama" (
    "agama_id" smallint PRIMARY KEY,
    "nama" varchar(25),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."agama" IS 'Daftar agama dan kepercayaan / List of religions and beliefs';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."agama_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."agama" t

-- ref.bentuk_pendidikan: Bentuk pendidikan / Form of education
CREATE TABLE IF NOT EXISTS "ref"."bentuk_pendidikan" (
    "bentuk_pendidikan_id" smallint PRIMARY KEY,
    "nama" varchar(50),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."bentuk_pendidikan" IS 'Bentuk satuan pendidikan (TK, SD, SMP, SMA, SMK, ...) / Forms of schools (kindergarten, primary, secondary, vocational, ...)';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."bentuk_pendidikan_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."bentuk_pendidikan" t

-- ref.jenjang_pendidikan: Jenjang pendidikan / Level of education
CREATE TABLE IF NOT EXISTS "ref"."jenjang_pendidikan" (
    "jenjang_pendidikan_id" smallint PRIMARY KEY,
    "nama" varchar(50),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."jenjang_pendidikan" IS 'Jenjang pendidikan formal dan nonformal / Levels of formal and non-formal education';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."jenjang_pendidikan_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."jenjang_pendidikan" t

-- ref.tingkat_pendidikan: Tingkat pendidikan / Grade
CREATE TABLE IF NOT EXISTS "ref"."tingkat_pendidikan" (
    "tingkat_pendidikan_id" smallint PRIMARY KEY,
    "nama" varchar(20),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."tingkat_pendidikan" IS 'Tingkat kelas: 1-6 SD, 7-9 SMP, 10-13 SMA dan SMK / Grades: 1-6 primary, 7-9 junior secondary, 10-13 senior secondary and vocational';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."tingkat_pendidikan_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."tingkat_pendidikan" t

-- ref.tahun_ajaran: Tahun ajaran / School year
CREATE TABLE IF NOT EXISTS "ref"."tahun_ajaran" (
    "tahun_ajaran_id" smallint PRIMARY KEY,
    "nama" varchar(15),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."tahun_ajaran" IS 'Tahun ajaran, disebut dengan tahun awalnya / School years, named by their first year';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."tahun_ajaran_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."tahun_ajaran" t

-- ref.semester: Semester / Semester
CREATE TABLE IF NOT EXISTS "ref"."semester" (
    "semester_id" varchar(5) PRIMARY KEY,
    "nama" varchar(30),
    "tahun_ajaran_id" smallint,
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."semester" IS 'Semester: tahun awal ditambah 1 (ganjil) atau 2 (genap) / Semesters: first year followed by 1 (odd) or 2 (even)';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."semester_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."semester" t

-- ref.jenis_ptk: Jenis PTK / Kind of staff
CREATE TABLE IF NOT EXISTS "ref"."jenis_ptk" (
    "jenis_ptk_id" smallint PRIMARY KEY,
    "nama" varchar(60),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."jenis_ptk" IS 'Jenis pendidik dan tenaga kependidikan / Kinds of educators and education staff';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."jenis_ptk_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."jenis_ptk" t

-- ref.status_kepegawaian: Status kepegawaian / Employment status
CREATE TABLE IF NOT EXISTS "ref"."status_kepegawaian" (
    "status_kepegawaian_id" smallint PRIMARY KEY,
    "nama" varchar(60),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."status_kepegawaian" IS 'Status kepegawaian pendidik dan tenaga kependidikan / Employment statuses of educators and education staff';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."status_kepegawaian_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."status_kepegawaian" t

-- ref.jenis_keluar: Jenis keluar / Kind of leaving
CREATE TABLE IF NOT EXISTS "ref"."jenis_keluar" (
    "jenis_keluar_id" varchar(1) PRIMARY KEY,
    "nama" varchar(40),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."jenis_keluar" IS 'Alasan peserta didik atau PTK keluar / Why a student or a member of staff left';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."jenis_keluar_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."jenis_keluar" t

-- ref.jenis_pendaftaran: Jenis pendaftaran / Kind of enrolment
CREATE TABLE IF NOT EXISTS "ref"."jenis_pendaftaran" (
    "jenis_pendaftaran_id" smallint PRIMARY KEY,
    "nama" varchar(40),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."jenis_pendaftaran" IS 'Cara peserta didik terdaftar: baru, pindahan, naik kelas / How a student was enrolled: new, transferred, promoted';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."jenis_pendaftaran_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."jenis_pendaftaran" t

-- ref.kurikulum: Kurikulum / Curriculum
CREATE TABLE IF NOT EXISTS "ref"."kurikulum" (
    "kurikulum_id" integer PRIMARY KEY,
    "nama" varchar(120),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."kurikulum" IS 'Kurikulum yang berlaku / Curricula in use';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."kurikulum_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."kurikulum" t

-- ref.mata_pelajaran: Mata pelajaran / Subject
CREATE TABLE IF NOT EXISTS "ref"."mata_pelajaran" (
    "mata_pelajaran_id" integer PRIMARY KEY,
    "nama" varchar(80),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."mata_pelajaran" IS 'Mata pelajaran / School subjects';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."mata_pelajaran_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."mata_pelajaran" t

-- ref.jurusan: Jurusan / Field of study
CREATE TABLE IF NOT EXISTS "ref"."jurusan" (
    "jurusan_id" varchar(25) PRIMARY KEY,
    "nama" varchar(100),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."jurusan" IS 'Jurusan dan program keahlian / Fields of study and vocational programmes';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."jurusan_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."jurusan" t

-- ref.status_kepemilikan: Status kepemilikan / Ownership
CREATE TABLE IF NOT EXISTS "ref"."status_kepemilikan" (
    "status_kepemilikan_id" smallint PRIMARY KEY,
    "nama" varchar(40),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."status_kepemilikan" IS 'Pemilik satuan pendidikan / Owners of schools';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."status_kepemilikan_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."status_kepemilikan" t

-- ref.jenis_prasarana: Jenis prasarana / Kind of facility
CREATE TABLE IF NOT EXISTS "ref"."jenis_prasarana" (
    "jenis_prasarana_id" smallint PRIMARY KEY,
    "nama" varchar(100),
    "expired_date" timestamptz,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "ref"."jenis_prasarana" IS 'Daftar jenis prasarana / List of kinds of facilities';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(rtrim(t."jenis_prasarana_id"::text) || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "ref"."jenis_prasarana" t

-- sekolah: Satuan pendidikan / School
CREATE TABLE IF NOT EXISTS "backbone"."sekolah" (
    "sekolah_id" uuid PRIMARY KEY,
    "nama" varchar(100),
    "nama_nomenklatur" varchar(100),
    "nss" varchar(32),
    "npsn" varchar(32),
    "bentuk_pendidikan_id" smallint,
    "alamat_jalan" varchar(80),
    "rt" smallint,
    "rw" smallint,
    "nama_dusun" varchar(60),
    "desa_kelurahan" varchar(60),
    "kode_wilayah" varchar(8),
    "kode_pos" varchar(5),
    "lintang" numeric(18,12),
    "bujur" numeric(18,12),
    "nomor_telepon" varchar(20),
    "nomor_fax" varchar(20),
    "email" varchar(60),
    "website" varchar(100),
    "status_sekolah" smallint,
    "sk_pendirian_sekolah" varchar(80),
    "tanggal_sk_pendirian" date,
    "status_kepemilikan_id" smallint,
    "sk_izin_operasional" varchar(80),
    "tanggal_sk_izin_operasional" date,
    "akreditasi" varchar(10),
    "keaktifan" smallint,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."sekolah" IS 'Satuan pendidikan dari semua bentuk / Schools of every form';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."sekolah_id"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."sekolah" t

-- peserta_didik: Peserta didik / Student
CREATE TABLE IF NOT EXISTS "backbone"."peserta_didik" (
    "peserta_didik_id" uuid PRIMARY KEY,
    "nama" varchar(100),
    "jenis_kelamin" varchar(1),
    "nisn" varchar(32),
    "nik" varchar(32),
    "no_kk" varchar(32),
    "tempat_lahir" varchar(32),
    "tanggal_lahir" date,
    "agama_id" smallint,
    "kebutuhan_khusus_id" integer,
    "alamat_jalan" varchar(80),
    "rt" smallint,
    "rw" smallint,
    "nama_dusun" varchar(60),
    "desa_kelurahan" varchar(60),
    "kode_wilayah" varchar(8),
    "kode_pos" varchar(5),
    "lintang" numeric(18,12),
    "bujur" numeric(18,12),
    "jenis_tinggal_id" smallint,
    "alat_transportasi_id" smallint,
    "nomor_telepon_seluler" varchar(20),
    "email" varchar(60),
    "penerima_kps" smallint,
    "penerima_kip" smallint,
    "layak_pip" smallint,
    "nama_ayah" varchar(100),
    "pekerjaan_id_ayah" smallint,
    "penghasilan_id_ayah" smallint,
    "nama_ibu_kandung" varchar(100),
    "pekerjaan_id_ibu" smallint,
    "penghasilan_id_ibu" smallint,
    "nama_wali" varchar(100),
    "kewarganegaraan" varchar(2),
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."peserta_didik" IS 'Peserta didik; setiap baris tentang anak adalah data spesifik / Students; every row about a child is specific personal data';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."peserta_didik_id"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."peserta_didik" t

-- registrasi_peserta_didik: Registrasi peserta didik / Enrolment
CREATE TABLE IF NOT EXISTS "backbone"."registrasi_peserta_didik" (
    "registrasi_id" uuid PRIMARY KEY,
    "peserta_didik_id" uuid,
    "sekolah_id" uuid,
    "jenis_pendaftaran_id" smallint,
    "nipd" varchar(18),
    "tanggal_masuk_sekolah" date,
    "jenis_keluar_id" varchar(1),
    "tanggal_keluar" date,
    "sekolah_asal" varchar(100),
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."registrasi_peserta_didik" IS 'Pendaftaran peserta didik pada satuan pendidikan / Enrolments of students at schools';
CREATE INDEX IF NOT EXISTS "registrasi_peserta_didik_peserta_didik_id_idx" ON "backbone"."registrasi_peserta_didik" ("peserta_didik_id");
CREATE INDEX IF NOT EXISTS "registrasi_peserta_didik_sekolah_id_idx" ON "backbone"."registrasi_peserta_didik" ("sekolah_id");
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."registrasi_id"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."registrasi_peserta_didik" t

-- ptk: Pendidik dan tenaga kependidikan / Educator or education staff
CREATE TABLE IF NOT EXISTS "backbone"."ptk" (
    "ptk_id" uuid PRIMARY KEY,
    "nama" varchar(100),
    "nip" varchar(32),
    "jenis_kelamin" varchar(1),
    "tempat_lahir" varchar(32),
    "tanggal_lahir" date,
    "nik" varchar(32),
    "nuptk" varchar(32),
    "status_kepegawaian_id" smallint,
    "jenis_ptk_id" smallint,
    "agama_id" smallint,
    "alamat_jalan" varchar(80),
    "desa_kelurahan" varchar(60),
    "kode_wilayah" varchar(8),
    "no_hp" varchar(20),
    "email" varchar(60),
    "status_keaktifan_id" smallint,
    "pangkat_golongan_id" smallint,
    "sumber_gaji_id" smallint,
    "kewarganegaraan" varchar(2),
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."ptk" IS 'Pendidik dan tenaga kependidikan / Teachers and other education staff';
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."ptk_id"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."ptk" t

-- ptk_terdaftar: PTK terdaftar / Staff assignment
CREATE TABLE IF NOT EXISTS "backbone"."ptk_terdaftar" (
    "ptk_terdaftar_id" uuid PRIMARY KEY,
    "ptk_id" uuid,
    "sekolah_id" uuid,
    "tahun_ajaran_id" smallint,
    "nomor_surat_tugas" varchar(80),
    "tanggal_surat_tugas" date,
    "ptk_induk" smallint,
    "tmt_tugas" date,
    "jenis_ptk_id" smallint,
    "jabatan_ptk_id" smallint,
    "jenis_keluar_id" varchar(1),
    "tgl_ptk_keluar" date,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."ptk_terdaftar" IS 'Penugasan PTK pada satuan pendidikan / Assignments of staff to schools';
CREATE INDEX IF NOT EXISTS "ptk_terdaftar_ptk_id_idx" ON "backbone"."ptk_terdaftar" ("ptk_id");
CREATE INDEX IF NOT EXISTS "ptk_terdaftar_sekolah_id_idx" ON "backbone"."ptk_terdaftar" ("sekolah_id");
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."ptk_terdaftar_id"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."ptk_terdaftar" t

-- rombongan_belajar: Rombongan belajar / Class
CREATE TABLE IF NOT EXISTS "backbone"."rombongan_belajar" (
    "rombongan_belajar_id" uuid PRIMARY KEY,
    "semester_id" varchar(5),
    "sekolah_id" uuid,
    "tingkat_pendidikan_id" smallint,
    "kurikulum_id" integer,
    "nama" varchar(30),
    "ptk_id" uuid,
    "jenis_rombel" smallint,
    "moving_class" smallint,
    "tanggal_mulai" date,
    "tanggal_selesai" date,
    "parent_rombongan_belajar_id" uuid,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."rombongan_belajar" IS 'Rombongan belajar (kelas) satu semester / Classes of one semester';
CREATE INDEX IF NOT EXISTS "rombongan_belajar_sekolah_id_idx" ON "backbone"."rombongan_belajar" ("sekolah_id");
CREATE INDEX IF NOT EXISTS "rombongan_belajar_ptk_id_idx" ON "backbone"."rombongan_belajar" ("ptk_id");
CREATE INDEX IF NOT EXISTS "rombongan_belajar_parent_rombongan_belajar_id_idx" ON "backbone"."rombongan_belajar" ("parent_rombongan_belajar_id");
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."rombongan_belajar_id"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."rombongan_belajar" t

-- anggota_rombel: Anggota rombel / Class member
CREATE TABLE IF NOT EXISTS "backbone"."anggota_rombel" (
    "anggota_rombel_id" uuid PRIMARY KEY,
    "rombongan_belajar_id" uuid,
    "peserta_didik_id" uuid,
    "jenis_pendaftaran_id" smallint,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."anggota_rombel" IS 'Keanggotaan peserta didik pada rombongan belajar / Memberships of students in classes';
CREATE INDEX IF NOT EXISTS "anggota_rombel_rombongan_belajar_id_idx" ON "backbone"."anggota_rombel" ("rombongan_belajar_id");
CREATE INDEX IF NOT EXISTS "anggota_rombel_peserta_didik_id_idx" ON "backbone"."anggota_rombel" ("peserta_didik_id");
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."anggota_rombel_id"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."anggota_rombel" t

-- pembelajaran: Pembelajaran / Lesson
CREATE TABLE IF NOT EXISTS "backbone"."pembelajaran" (
    "pembelajaran_id" uuid PRIMARY KEY,
    "rombongan_belajar_id" uuid,
    "semester_id" varchar(5),
    "mata_pelajaran_id" integer,
    "ptk_terdaftar_id" uuid,
    "jam_mengajar_per_minggu" smallint,
    "status_di_kurikulum" smallint,
    "nama_mata_pelajaran" varchar(50),
    "induk_pembelajaran_id" uuid,
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."pembelajaran" IS 'Mata pelajaran yang diajarkan seorang PTK pada satu rombongan belajar / Subjects taught by a member of staff to a class';
CREATE INDEX IF NOT EXISTS "pembelajaran_rombongan_belajar_id_idx" ON "backbone"."pembelajaran" ("rombongan_belajar_id");
CREATE INDEX IF NOT EXISTS "pembelajaran_ptk_terdaftar_id_idx" ON "backbone"."pembelajaran" ("ptk_terdaftar_id");
CREATE INDEX IF NOT EXISTS "pembelajaran_induk_pembelajaran_id_idx" ON "backbone"."pembelajaran" ("induk_pembelajaran_id");
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."pembelajaran_id"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."pembelajaran" t

-- tanah: Tanah / Plot of land
CREATE TABLE IF NOT EXISTS "backbone"."tanah" (
    "id_tanah" uuid PRIMARY KEY,
    "sekolah_id" uuid,
    "jenis_prasarana_id" smallint,
    "nama" varchar(100),
    "panjang" numeric(10,2),
    "lebar" numeric(10,2),
    "luas" numeric(12,2),
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."tanah" IS 'Bidang tanah yang dipakai satuan pendidikan / Plots of land used by schools';
CREATE INDEX IF NOT EXISTS "tanah_sekolah_id_idx" ON "backbone"."tanah" ("sekolah_id");
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."id_tanah"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."tanah" t

-- bangunan: Bangunan / Building
CREATE TABLE IF NOT EXISTS "backbone"."bangunan" (
    "id_bangunan" uuid PRIMARY KEY,
    "sekolah_id" uuid,
    "id_tanah" uuid,
    "jenis_prasarana_id" smallint,
    "nama" varchar(100),
    "panjang" numeric(10,2),
    "lebar" numeric(10,2),
    "luas" numeric(12,2),
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."bangunan" IS 'Bangunan satuan pendidikan / Buildings of schools';
CREATE INDEX IF NOT EXISTS "bangunan_sekolah_id_idx" ON "backbone"."bangunan" ("sekolah_id");
CREATE INDEX IF NOT EXISTS "bangunan_id_tanah_idx" ON "backbone"."bangunan" ("id_tanah");
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."id_bangunan"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."bangunan" t

-- ruang: Ruang / Room
CREATE TABLE IF NOT EXISTS "backbone"."ruang" (
    "id_ruang" uuid PRIMARY KEY,
    "sekolah_id" uuid,
    "id_bangunan" uuid,
    "jenis_prasarana_id" smallint,
    "nama" varchar(100),
    "panjang" numeric(10,2),
    "lebar" numeric(10,2),
    "luas" numeric(12,2),
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."ruang" IS 'Ruang di dalam bangunan satuan pendidikan / Rooms in the buildings of schools';
CREATE INDEX IF NOT EXISTS "ruang_sekolah_id_idx" ON "backbone"."ruang" ("sekolah_id");
CREATE INDEX IF NOT EXISTS "ruang_id_bangunan_idx" ON "backbone"."ruang" ("id_bangunan");
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."id_ruang"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."ruang" t

-- kondisi_tanah: Kondisi tanah / Condition of a plot of land
CREATE TABLE IF NOT EXISTS "backbone"."kondisi_tanah" (
    "kondisi_tanah_id" uuid PRIMARY KEY,
    "id_tanah" uuid,
    "semester_id" varchar(5),
    "kondisi" smallint,
    "persentase_kerusakan" numeric(5,2),
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."kondisi_tanah" IS 'Kondisi tanah pada satu semester / Condition of a plot of land in one semester';
CREATE INDEX IF NOT EXISTS "kondisi_tanah_id_tanah_idx" ON "backbone"."kondisi_tanah" ("id_tanah");
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."kondisi_tanah_id"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."kondisi_tanah" t

-- kondisi_bangunan: Kondisi bangunan / Condition of a building
CREATE TABLE IF NOT EXISTS "backbone"."kondisi_bangunan" (
    "kondisi_bangunan_id" uuid PRIMARY KEY,
    "id_bangunan" uuid,
    "semester_id" varchar(5),
    "kondisi" smallint,
    "persentase_kerusakan" numeric(5,2),
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."kondisi_bangunan" IS 'Kondisi bangunan pada satu semester / Condition of a building in one semester';
CREATE INDEX IF NOT EXISTS "kondisi_bangunan_id_bangunan_idx" ON "backbone"."kondisi_bangunan" ("id_bangunan");
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."kondisi_bangunan_id"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."kondisi_bangunan" t

-- kondisi_ruang: Kondisi ruang / Condition of a room
CREATE TABLE IF NOT EXISTS "backbone"."kondisi_ruang" (
    "kondisi_ruang_id" uuid PRIMARY KEY,
    "id_ruang" uuid,
    "semester_id" varchar(5),
    "kondisi" smallint,
    "persentase_kerusakan" numeric(5,2),
    "create_date" timestamptz,
    "last_update" timestamptz NOT NULL,
    "soft_delete" smallint NOT NULL,
    "last_sync" timestamptz,
    "updater_id" uuid,
    flags text[],
    stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE "backbone"."kondisi_ruang" IS 'Kondisi ruang pada satu semester / Condition of a room in one semester';
CREATE INDEX IF NOT EXISTS "kondisi_ruang_id_ruang_idx" ON "backbone"."kondisi_ruang" ("id_ruang");
-- digest: SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t."kondisi_ruang_id"::text || '|' || (extract(epoch FROM t.last_update) * 1000000)::bigint, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0) FROM "backbone"."kondisi_ruang" t
