-- A snapshot; look at what changed before you take it over (tests/unit/backbone_sync).

-- staged
SELECT COUNT_BIG(*) FROM [staging].[peserta_didik] WITH (TABLOCKX, HOLDLOCK);

-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM [staging].[peserta_didik] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);

-- update
UPDATE t SET [nama] = s.[nama], [jenis_kelamin] = s.[jenis_kelamin], [nisn] = s.[nisn], [tempat_lahir] = s.[tempat_lahir], [tanggal_lahir] = s.[tanggal_lahir], [alamat_jalan] = s.[alamat_jalan], [rt] = s.[rt], [rw] = s.[rw], [nama_dusun] = s.[nama_dusun], [desa_kelurahan] = s.[desa_kelurahan], [kode_wilayah] = s.[kode_wilayah], [kode_pos] = s.[kode_pos], [jenis_tinggal_id] = s.[jenis_tinggal_id], [alat_transportasi_id] = s.[alat_transportasi_id], [nomor_telepon_seluler] = s.[nomor_telepon_seluler], [email] = s.[email], [penerima_kps] = s.[penerima_kps], [penerima_kip] = s.[penerima_kip], [nama_ayah] = s.[nama_ayah], [pekerjaan_id_ayah] = s.[pekerjaan_id_ayah], [pekerjaan_id_ibu] = s.[pekerjaan_id_ibu], [nama_wali] = s.[nama_wali], [kewarganegaraan] = s.[kewarganegaraan], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[peserta_didik] AS t JOIN [staging].[peserta_didik] AS s ON t.[peserta_didik_id] = s.[peserta_didik_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), CONVERT(varbinary(max), s.[jenis_kelamin]), CONVERT(varbinary(max), s.[nisn]), CONVERT(varbinary(max), s.[tempat_lahir]), s.[tanggal_lahir], CONVERT(varbinary(max), s.[alamat_jalan]), s.[rt], s.[rw], CONVERT(varbinary(max), s.[nama_dusun]), CONVERT(varbinary(max), s.[desa_kelurahan]), CONVERT(varbinary(max), s.[kode_wilayah]), CONVERT(varbinary(max), s.[kode_pos]), s.[jenis_tinggal_id], s.[alat_transportasi_id], CONVERT(varbinary(max), s.[nomor_telepon_seluler]), CONVERT(varbinary(max), s.[email]), s.[penerima_kps], s.[penerima_kip], CONVERT(varbinary(max), s.[nama_ayah]), s.[pekerjaan_id_ayah], s.[pekerjaan_id_ibu], CONVERT(varbinary(max), s.[nama_wali]), CONVERT(varbinary(max), s.[kewarganegaraan]), s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), CONVERT(varbinary(max), t.[jenis_kelamin]), CONVERT(varbinary(max), t.[nisn]), CONVERT(varbinary(max), t.[tempat_lahir]), t.[tanggal_lahir], CONVERT(varbinary(max), t.[alamat_jalan]), t.[rt], t.[rw], CONVERT(varbinary(max), t.[nama_dusun]), CONVERT(varbinary(max), t.[desa_kelurahan]), CONVERT(varbinary(max), t.[kode_wilayah]), CONVERT(varbinary(max), t.[kode_pos]), t.[jenis_tinggal_id], t.[alat_transportasi_id], CONVERT(varbinary(max), t.[nomor_telepon_seluler]), CONVERT(varbinary(max), t.[email]), t.[penerima_kps], t.[penerima_kip], CONVERT(varbinary(max), t.[nama_ayah]), t.[pekerjaan_id_ayah], t.[pekerjaan_id_ibu], CONVERT(varbinary(max), t.[nama_wali]), CONVERT(varbinary(max), t.[kewarganegaraan]), t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));

-- insert
INSERT INTO [backbone].[peserta_didik] ([peserta_didik_id], [nama], [jenis_kelamin], [nisn], [tempat_lahir], [tanggal_lahir], [alamat_jalan], [rt], [rw], [nama_dusun], [desa_kelurahan], [kode_wilayah], [kode_pos], [jenis_tinggal_id], [alat_transportasi_id], [nomor_telepon_seluler], [email], [penerima_kps], [penerima_kip], [nama_ayah], [pekerjaan_id_ayah], [pekerjaan_id_ibu], [nama_wali], [kewarganegaraan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[peserta_didik_id], s.[nama], s.[jenis_kelamin], s.[nisn], s.[tempat_lahir], s.[tanggal_lahir], s.[alamat_jalan], s.[rt], s.[rw], s.[nama_dusun], s.[desa_kelurahan], s.[kode_wilayah], s.[kode_pos], s.[jenis_tinggal_id], s.[alat_transportasi_id], s.[nomor_telepon_seluler], s.[email], s.[penerima_kps], s.[penerima_kip], s.[nama_ayah], s.[pekerjaan_id_ayah], s.[pekerjaan_id_ibu], s.[nama_wali], s.[kewarganegaraan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[peserta_didik] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[peserta_didik_id] = s.[peserta_didik_id]);

-- stale
SELECT COUNT_BIG(*) FROM [staging].[peserta_didik] AS s JOIN [backbone].[peserta_didik] AS t ON t.[peserta_didik_id] = s.[peserta_didik_id] WHERE t.[last_update] > s.[last_update];

-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM [staging].[peserta_didik] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));

-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM [staging].[peserta_didik] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));

-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'peserta_didik', LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[peserta_didik] AS s;

-- clear
TRUNCATE TABLE [staging].[peserta_didik];

-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);

-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'peserta_didik', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'peserta_didik' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);

-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'peserta_didik' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, d.[key]));

-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'peserta_didik', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'peserta_didik' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);

-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));

-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'peserta_didik' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);

-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'peserta_didik', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'peserta_didik' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);

-- remove
DELETE t FROM [backbone].[peserta_didik] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);

-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;

-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;

-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[peserta_didik] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);

-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[peserta_didik] AS t JOIN [sync].[seen] AS s ON t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];

-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[peserta_didik] AS t ON t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);

-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'peserta_didik', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[peserta_didik] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'peserta_didik' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);

-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- settle_held.2
DELETE t FROM [backbone].[peserta_didik] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));

-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- orphans.kode_wilayah.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[mst_wilayah];

-- orphans.kode_wilayah.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'peserta_didik', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[peserta_didik] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.kode_wilayah.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'kode_wilayah' AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]));

-- orphans.kode_wilayah.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'peserta_didik', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[peserta_didik] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'peserta_didik' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.kode_wilayah.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'peserta_didik', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[peserta_didik] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[kode_wilayah]);

-- orphans.kode_wilayah.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[peserta_didik] AS t ON t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'kode_wilayah') AS x;

-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[peserta_didik] AS t ON LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'peserta_didik' AND (NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS e WHERE e.[peserta_didik_id] = t.[peserta_didik_id]) AND LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 NOT IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v));

-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'peserta_didik', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[peserta_didik] AS t WHERE (NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS e WHERE e.[peserta_didik_id] = t.[peserta_didik_id]) AND LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 NOT IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'peserta_didik' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);

-- sweep.2
DELETE t FROM [backbone].[peserta_didik] AS t WHERE (NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS e WHERE e.[peserta_didik_id] = t.[peserta_didik_id]) AND LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 NOT IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v));

-- earliest
SELECT MIN(q.[last_update]) AS [earliest] FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[reason] = ? AND EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS e WHERE LOWER(CONVERT(nvarchar(64), e.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = q.[key]);

-- enrolled
SELECT DISTINCT LOWER(CONVERT(nvarchar(64), e.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 AS [key] FROM [backbone].[registrasi_peserta_didik] AS e WHERE e.[peserta_didik_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);

-- handed_over
UPDATE [backbone].[peserta_didik] SET [last_update] = ?;

-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[peserta_didik]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];

-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[peserta_didik_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[peserta_didik] AS t LEFT JOIN [area] AS a ON a.[kode] = t.[kode_wilayah] GROUP BY a.[kecamatan];

-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[peserta_didik_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[peserta_didik] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[last_update] IS NULL) AS [unreadable];

-- people.rows.peserta_didik_id
SELECT t.[peserta_didik_id], t.[nama], t.[jenis_kelamin], t.[nisn], t.[tempat_lahir], t.[tanggal_lahir], t.[alamat_jalan], t.[rt], t.[rw], t.[nama_dusun], t.[desa_kelurahan], t.[kode_wilayah], t.[kode_pos], t.[jenis_tinggal_id], t.[alat_transportasi_id], t.[nomor_telepon_seluler], t.[email], t.[penerima_kps], t.[penerima_kip], t.[nama_ayah], t.[pekerjaan_id_ayah], t.[pekerjaan_id_ibu], t.[nama_wali], t.[kewarganegaraan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);

-- people.remove
DELETE t FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);

-- people.flags
SELECT t.[flags] FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.nama
UPDATE [backbone].[peserta_didik] SET [nama] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.jenis_kelamin
UPDATE [backbone].[peserta_didik] SET [jenis_kelamin] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.nisn
UPDATE [backbone].[peserta_didik] SET [nisn] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.tempat_lahir
UPDATE [backbone].[peserta_didik] SET [tempat_lahir] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.tanggal_lahir
UPDATE [backbone].[peserta_didik] SET [tanggal_lahir] = CONVERT(date, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.alamat_jalan
UPDATE [backbone].[peserta_didik] SET [alamat_jalan] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.rt
UPDATE [backbone].[peserta_didik] SET [rt] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.rw
UPDATE [backbone].[peserta_didik] SET [rw] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.nama_dusun
UPDATE [backbone].[peserta_didik] SET [nama_dusun] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.desa_kelurahan
UPDATE [backbone].[peserta_didik] SET [desa_kelurahan] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.kode_wilayah
UPDATE [backbone].[peserta_didik] SET [kode_wilayah] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.kode_pos
UPDATE [backbone].[peserta_didik] SET [kode_pos] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.jenis_tinggal_id
UPDATE [backbone].[peserta_didik] SET [jenis_tinggal_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.alat_transportasi_id
UPDATE [backbone].[peserta_didik] SET [alat_transportasi_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.nomor_telepon_seluler
UPDATE [backbone].[peserta_didik] SET [nomor_telepon_seluler] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.email
UPDATE [backbone].[peserta_didik] SET [email] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.penerima_kps
UPDATE [backbone].[peserta_didik] SET [penerima_kps] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.penerima_kip
UPDATE [backbone].[peserta_didik] SET [penerima_kip] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.nama_ayah
UPDATE [backbone].[peserta_didik] SET [nama_ayah] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.pekerjaan_id_ayah
UPDATE [backbone].[peserta_didik] SET [pekerjaan_id_ayah] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.pekerjaan_id_ibu
UPDATE [backbone].[peserta_didik] SET [pekerjaan_id_ibu] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.nama_wali
UPDATE [backbone].[peserta_didik] SET [nama_wali] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.kewarganegaraan
UPDATE [backbone].[peserta_didik] SET [kewarganegaraan] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.filled
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[nama]) AS [nama], COUNT_BIG(t.[jenis_kelamin]) AS [jenis_kelamin], COUNT_BIG(t.[nisn]) AS [nisn], COUNT_BIG(t.[tempat_lahir]) AS [tempat_lahir], COUNT_BIG(t.[tanggal_lahir]) AS [tanggal_lahir], COUNT_BIG(t.[alamat_jalan]) AS [alamat_jalan], COUNT_BIG(t.[rt]) AS [rt], COUNT_BIG(t.[rw]) AS [rw], COUNT_BIG(t.[nama_dusun]) AS [nama_dusun], COUNT_BIG(t.[desa_kelurahan]) AS [desa_kelurahan], COUNT_BIG(t.[kode_wilayah]) AS [kode_wilayah], COUNT_BIG(t.[kode_pos]) AS [kode_pos], COUNT_BIG(t.[jenis_tinggal_id]) AS [jenis_tinggal_id], COUNT_BIG(t.[alat_transportasi_id]) AS [alat_transportasi_id], COUNT_BIG(t.[nomor_telepon_seluler]) AS [nomor_telepon_seluler], COUNT_BIG(t.[email]) AS [email], COUNT_BIG(t.[penerima_kps]) AS [penerima_kps], COUNT_BIG(t.[penerima_kip]) AS [penerima_kip], COUNT_BIG(t.[nama_ayah]) AS [nama_ayah], COUNT_BIG(t.[pekerjaan_id_ayah]) AS [pekerjaan_id_ayah], COUNT_BIG(t.[pekerjaan_id_ibu]) AS [pekerjaan_id_ibu], COUNT_BIG(t.[nama_wali]) AS [nama_wali], COUNT_BIG(t.[kewarganegaraan]) AS [kewarganegaraan] FROM [backbone].[peserta_didik] AS t;

-- people.filled.school
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[nama]) AS [nama], COUNT_BIG(t.[jenis_kelamin]) AS [jenis_kelamin], COUNT_BIG(t.[nisn]) AS [nisn], COUNT_BIG(t.[tempat_lahir]) AS [tempat_lahir], COUNT_BIG(t.[tanggal_lahir]) AS [tanggal_lahir], COUNT_BIG(t.[alamat_jalan]) AS [alamat_jalan], COUNT_BIG(t.[rt]) AS [rt], COUNT_BIG(t.[rw]) AS [rw], COUNT_BIG(t.[nama_dusun]) AS [nama_dusun], COUNT_BIG(t.[desa_kelurahan]) AS [desa_kelurahan], COUNT_BIG(t.[kode_wilayah]) AS [kode_wilayah], COUNT_BIG(t.[kode_pos]) AS [kode_pos], COUNT_BIG(t.[jenis_tinggal_id]) AS [jenis_tinggal_id], COUNT_BIG(t.[alat_transportasi_id]) AS [alat_transportasi_id], COUNT_BIG(t.[nomor_telepon_seluler]) AS [nomor_telepon_seluler], COUNT_BIG(t.[email]) AS [email], COUNT_BIG(t.[penerima_kps]) AS [penerima_kps], COUNT_BIG(t.[penerima_kip]) AS [penerima_kip], COUNT_BIG(t.[nama_ayah]) AS [nama_ayah], COUNT_BIG(t.[pekerjaan_id_ayah]) AS [pekerjaan_id_ayah], COUNT_BIG(t.[pekerjaan_id_ibu]) AS [pekerjaan_id_ibu], COUNT_BIG(t.[nama_wali]) AS [nama_wali], COUNT_BIG(t.[kewarganegaraan]) AS [kewarganegaraan] FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] IN (SELECT x.[peserta_didik_id] FROM [backbone].[registrasi_peserta_didik] AS x WHERE x.[sekolah_id] IN (SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] COLLATE Latin1_General_100_BIN2 = ?));

-- people.named
SELECT LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 AS [key] FROM [backbone].[peserta_didik] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = ? OR t.[nisn] COLLATE Latin1_General_100_BIN2 = ? OR t.[nik] COLLATE Latin1_General_100_BIN2 = ?;

-- people.listed
SELECT t.[peserta_didik_id], t.[nama], t.[nama_wali], t.[nomor_telepon_seluler], t.[email], t.[alamat_jalan] FROM [backbone].[peserta_didik] AS t;

-- people.listed.school
SELECT t.[peserta_didik_id], t.[nama], t.[nama_wali], t.[nomor_telepon_seluler], t.[email], t.[alamat_jalan] FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] IN (SELECT x.[peserta_didik_id] FROM [backbone].[registrasi_peserta_didik] AS x WHERE x.[sekolah_id] IN (SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] COLLATE Latin1_General_100_BIN2 = ?));

-- people.departed
SELECT LOWER(CONVERT(nvarchar(64), e.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 AS [key] FROM [backbone].[registrasi_peserta_didik] AS e JOIN [backbone].[peserta_didik] AS p ON p.[peserta_didik_id] = e.[peserta_didik_id] GROUP BY e.[peserta_didik_id] HAVING MIN(CASE WHEN e.[tanggal_keluar] < CONVERT(date, ?) THEN 1 ELSE 0 END) = 1 ORDER BY MAX(e.[tanggal_keluar]) OFFSET 0 ROWS FETCH NEXT ? ROWS ONLY;
