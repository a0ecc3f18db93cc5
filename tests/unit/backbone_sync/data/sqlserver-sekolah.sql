-- A snapshot; look at what changed before you take it over (tests/unit/backbone_sync).

-- staged
SELECT COUNT_BIG(*) FROM [staging].[sekolah] WITH (TABLOCKX, HOLDLOCK);

-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM [staging].[sekolah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);

-- update
UPDATE t SET [nama] = s.[nama], [nama_nomenklatur] = s.[nama_nomenklatur], [nss] = s.[nss], [npsn] = s.[npsn], [bentuk_pendidikan_id] = s.[bentuk_pendidikan_id], [alamat_jalan] = s.[alamat_jalan], [rt] = s.[rt], [rw] = s.[rw], [nama_dusun] = s.[nama_dusun], [desa_kelurahan] = s.[desa_kelurahan], [kode_wilayah] = s.[kode_wilayah], [kode_pos] = s.[kode_pos], [lintang] = s.[lintang], [bujur] = s.[bujur], [nomor_telepon] = s.[nomor_telepon], [nomor_fax] = s.[nomor_fax], [email] = s.[email], [website] = s.[website], [status_sekolah] = s.[status_sekolah], [sk_pendirian_sekolah] = s.[sk_pendirian_sekolah], [tanggal_sk_pendirian] = s.[tanggal_sk_pendirian], [status_kepemilikan_id] = s.[status_kepemilikan_id], [sk_izin_operasional] = s.[sk_izin_operasional], [tanggal_sk_izin_operasional] = s.[tanggal_sk_izin_operasional], [akreditasi] = s.[akreditasi], [keaktifan] = s.[keaktifan], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[sekolah] AS t JOIN [staging].[sekolah] AS s ON t.[sekolah_id] = s.[sekolah_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), CONVERT(varbinary(max), s.[nama_nomenklatur]), CONVERT(varbinary(max), s.[nss]), CONVERT(varbinary(max), s.[npsn]), s.[bentuk_pendidikan_id], CONVERT(varbinary(max), s.[alamat_jalan]), s.[rt], s.[rw], CONVERT(varbinary(max), s.[nama_dusun]), CONVERT(varbinary(max), s.[desa_kelurahan]), CONVERT(varbinary(max), s.[kode_wilayah]), CONVERT(varbinary(max), s.[kode_pos]), s.[lintang], s.[bujur], CONVERT(varbinary(max), s.[nomor_telepon]), CONVERT(varbinary(max), s.[nomor_fax]), CONVERT(varbinary(max), s.[email]), CONVERT(varbinary(max), s.[website]), s.[status_sekolah], CONVERT(varbinary(max), s.[sk_pendirian_sekolah]), s.[tanggal_sk_pendirian], s.[status_kepemilikan_id], CONVERT(varbinary(max), s.[sk_izin_operasional]), s.[tanggal_sk_izin_operasional], CONVERT(varbinary(max), s.[akreditasi]), s.[keaktifan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), CONVERT(varbinary(max), t.[nama_nomenklatur]), CONVERT(varbinary(max), t.[nss]), CONVERT(varbinary(max), t.[npsn]), t.[bentuk_pendidikan_id], CONVERT(varbinary(max), t.[alamat_jalan]), t.[rt], t.[rw], CONVERT(varbinary(max), t.[nama_dusun]), CONVERT(varbinary(max), t.[desa_kelurahan]), CONVERT(varbinary(max), t.[kode_wilayah]), CONVERT(varbinary(max), t.[kode_pos]), t.[lintang], t.[bujur], CONVERT(varbinary(max), t.[nomor_telepon]), CONVERT(varbinary(max), t.[nomor_fax]), CONVERT(varbinary(max), t.[email]), CONVERT(varbinary(max), t.[website]), t.[status_sekolah], CONVERT(varbinary(max), t.[sk_pendirian_sekolah]), t.[tanggal_sk_pendirian], t.[status_kepemilikan_id], CONVERT(varbinary(max), t.[sk_izin_operasional]), t.[tanggal_sk_izin_operasional], CONVERT(varbinary(max), t.[akreditasi]), t.[keaktifan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));

-- insert
INSERT INTO [backbone].[sekolah] ([sekolah_id], [nama], [nama_nomenklatur], [nss], [npsn], [bentuk_pendidikan_id], [alamat_jalan], [rt], [rw], [nama_dusun], [desa_kelurahan], [kode_wilayah], [kode_pos], [lintang], [bujur], [nomor_telepon], [nomor_fax], [email], [website], [status_sekolah], [sk_pendirian_sekolah], [tanggal_sk_pendirian], [status_kepemilikan_id], [sk_izin_operasional], [tanggal_sk_izin_operasional], [akreditasi], [keaktifan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[sekolah_id], s.[nama], s.[nama_nomenklatur], s.[nss], s.[npsn], s.[bentuk_pendidikan_id], s.[alamat_jalan], s.[rt], s.[rw], s.[nama_dusun], s.[desa_kelurahan], s.[kode_wilayah], s.[kode_pos], s.[lintang], s.[bujur], s.[nomor_telepon], s.[nomor_fax], s.[email], s.[website], s.[status_sekolah], s.[sk_pendirian_sekolah], s.[tanggal_sk_pendirian], s.[status_kepemilikan_id], s.[sk_izin_operasional], s.[tanggal_sk_izin_operasional], s.[akreditasi], s.[keaktifan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[sekolah] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[sekolah_id] = s.[sekolah_id]);

-- stale
SELECT COUNT_BIG(*) FROM [staging].[sekolah] AS s JOIN [backbone].[sekolah] AS t ON t.[sekolah_id] = s.[sekolah_id] WHERE t.[last_update] > s.[last_update];

-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM [staging].[sekolah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));

-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM [staging].[sekolah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));

-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'sekolah', LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[sekolah] AS s;

-- clear
TRUNCATE TABLE [staging].[sekolah];

-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);

-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'sekolah', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'sekolah' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);

-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'sekolah' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, d.[key]));

-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'sekolah', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);

-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));

-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'sekolah' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);

-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'sekolah', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'sekolah' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);

-- remove
DELETE t FROM [backbone].[sekolah] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);

-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;

-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;

-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[sekolah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);

-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[sekolah] AS t JOIN [sync].[seen] AS s ON t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];

-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[sekolah] AS t ON t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);

-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'sekolah', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[sekolah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'sekolah' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);

-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'sekolah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'sekolah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- settle_held.2
DELETE t FROM [backbone].[sekolah] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'sekolah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));

-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'sekolah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- orphans.bentuk_pendidikan_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[bentuk_pendidikan];

-- orphans.bentuk_pendidikan_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'bentuk_pendidikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[bentuk_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS p WHERE p.[bentuk_pendidikan_id] = t.[bentuk_pendidikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'bentuk_pendidikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.bentuk_pendidikan_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'sekolah' AND o.[field] = N'bentuk_pendidikan_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[bentuk_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS p WHERE p.[bentuk_pendidikan_id] = t.[bentuk_pendidikan_id]));

-- orphans.bentuk_pendidikan_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'bentuk_pendidikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[bentuk_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS p WHERE p.[bentuk_pendidikan_id] = t.[bentuk_pendidikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'bentuk_pendidikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'sekolah' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.bentuk_pendidikan_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'bentuk_pendidikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[bentuk_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS p WHERE p.[bentuk_pendidikan_id] = t.[bentuk_pendidikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'bentuk_pendidikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.bentuk_pendidikan' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[bentuk_pendidikan_id]);

-- orphans.bentuk_pendidikan_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND q.[key] = CONVERT(nvarchar(64), t.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[sekolah] AS t ON t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'sekolah' AND o.[field] = N'bentuk_pendidikan_id') AS x;

-- orphans.kode_wilayah.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[mst_wilayah];

-- orphans.kode_wilayah.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.kode_wilayah.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'sekolah' AND o.[field] = N'kode_wilayah' AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]));

-- orphans.kode_wilayah.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'sekolah' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.kode_wilayah.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[kode_wilayah]);

-- orphans.kode_wilayah.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[sekolah] AS t ON t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'sekolah' AND o.[field] = N'kode_wilayah') AS x;

-- orphans.status_kepemilikan_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[status_kepemilikan];

-- orphans.status_kepemilikan_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'status_kepemilikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[status_kepemilikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS p WHERE p.[status_kepemilikan_id] = t.[status_kepemilikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'status_kepemilikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.status_kepemilikan_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'sekolah' AND o.[field] = N'status_kepemilikan_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[status_kepemilikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS p WHERE p.[status_kepemilikan_id] = t.[status_kepemilikan_id]));

-- orphans.status_kepemilikan_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'status_kepemilikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[status_kepemilikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS p WHERE p.[status_kepemilikan_id] = t.[status_kepemilikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'status_kepemilikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'sekolah' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.status_kepemilikan_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'status_kepemilikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[status_kepemilikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS p WHERE p.[status_kepemilikan_id] = t.[status_kepemilikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'status_kepemilikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepemilikan' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[status_kepemilikan_id]);

-- orphans.status_kepemilikan_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND q.[key] = CONVERT(nvarchar(64), t.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[sekolah] AS t ON t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'sekolah' AND o.[field] = N'status_kepemilikan_id') AS x;

-- evict.kode_wilayah.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[sekolah] AS t ON LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'sekolah' AND t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(nvarchar(16), v.[value]) COLLATE Latin1_General_100_BIN2 = t.[kode_wilayah]);

-- evict.kode_wilayah.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'sekolah', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[sekolah] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(nvarchar(16), v.[value]) COLLATE Latin1_General_100_BIN2 = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'sekolah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);

-- evict.kode_wilayah.2
DELETE t FROM [backbone].[sekolah] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(nvarchar(16), v.[value]) COLLATE Latin1_General_100_BIN2 = t.[kode_wilayah]);

-- handed_over
UPDATE [backbone].[sekolah] SET [last_update] = ?;

-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[sekolah]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];

-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[sekolah_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[sekolah] AS t LEFT JOIN [area] AS a ON a.[kode] = t.[kode_wilayah] GROUP BY a.[kecamatan];

-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[sekolah_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[sekolah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[last_update] IS NULL) AS [unreadable];
