-- A snapshot; look at what changed before you take it over (tests/unit/backbone_sync).

-- staged
SELECT COUNT_BIG(*) FROM [staging].[anggota_rombel] WITH (TABLOCKX, HOLDLOCK);

-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM [staging].[anggota_rombel] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);

-- update
UPDATE t SET [rombongan_belajar_id] = s.[rombongan_belajar_id], [peserta_didik_id] = s.[peserta_didik_id], [jenis_pendaftaran_id] = s.[jenis_pendaftaran_id], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[anggota_rombel] AS t JOIN [staging].[anggota_rombel] AS s ON t.[anggota_rombel_id] = s.[anggota_rombel_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT s.[rombongan_belajar_id], s.[peserta_didik_id], s.[jenis_pendaftaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[rombongan_belajar_id], t.[peserta_didik_id], t.[jenis_pendaftaran_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));

-- insert
INSERT INTO [backbone].[anggota_rombel] ([anggota_rombel_id], [rombongan_belajar_id], [peserta_didik_id], [jenis_pendaftaran_id], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[anggota_rombel_id], s.[rombongan_belajar_id], s.[peserta_didik_id], s.[jenis_pendaftaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[anggota_rombel] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[anggota_rombel_id] = s.[anggota_rombel_id]);

-- stale
SELECT COUNT_BIG(*) FROM [staging].[anggota_rombel] AS s JOIN [backbone].[anggota_rombel] AS t ON t.[anggota_rombel_id] = s.[anggota_rombel_id] WHERE t.[last_update] > s.[last_update];

-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM [staging].[anggota_rombel] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));

-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM [staging].[anggota_rombel] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));

-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'anggota_rombel', LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[anggota_rombel] AS s;

-- clear
TRUNCATE TABLE [staging].[anggota_rombel];

-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);

-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'anggota_rombel', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'anggota_rombel' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);

-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'anggota_rombel' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, d.[key]));

-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'anggota_rombel', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);

-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));

-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'anggota_rombel' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);

-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'anggota_rombel', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'anggota_rombel' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);

-- remove
DELETE t FROM [backbone].[anggota_rombel] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);

-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;

-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;

-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[anggota_rombel] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);

-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[anggota_rombel] AS t JOIN [sync].[seen] AS s ON t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];

-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[anggota_rombel] AS t ON t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);

-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'anggota_rombel', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[anggota_rombel] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'anggota_rombel' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);

-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'anggota_rombel' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'anggota_rombel' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- settle_held.2
DELETE t FROM [backbone].[anggota_rombel] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'anggota_rombel' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));

-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'anggota_rombel' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- orphans.rombongan_belajar_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[rombongan_belajar];

-- orphans.rombongan_belajar_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.rombongan_belajar_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'rombongan_belajar_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]));

-- orphans.rombongan_belajar_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'anggota_rombel' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.rombongan_belajar_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'rombongan_belajar' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[rombongan_belajar_id]);

-- orphans.rombongan_belajar_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[anggota_rombel] AS t ON t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'rombongan_belajar_id') AS x;

-- orphans.peserta_didik_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[peserta_didik];

-- orphans.peserta_didik_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'peserta_didik_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'peserta_didik_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.peserta_didik_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'peserta_didik_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]));

-- orphans.peserta_didik_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'peserta_didik_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'peserta_didik_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'anggota_rombel' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.peserta_didik_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'peserta_didik_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'peserta_didik_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[peserta_didik_id]);

-- orphans.peserta_didik_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[anggota_rombel] AS t ON t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'peserta_didik_id') AS x;

-- orphans.jenis_pendaftaran_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_pendaftaran];

-- orphans.jenis_pendaftaran_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'jenis_pendaftaran_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'jenis_pendaftaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.jenis_pendaftaran_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'jenis_pendaftaran_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]));

-- orphans.jenis_pendaftaran_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'jenis_pendaftaran_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'jenis_pendaftaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'anggota_rombel' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);

-- orphans.jenis_pendaftaran_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'jenis_pendaftaran_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'jenis_pendaftaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_pendaftaran' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[jenis_pendaftaran_id]);

-- orphans.jenis_pendaftaran_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[anggota_rombel] AS t ON t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'jenis_pendaftaran_id') AS x;

-- evict.rombongan_belajar_id.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[anggota_rombel] AS t ON LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'anggota_rombel' AND t.[rombongan_belajar_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[rombongan_belajar_id]);

-- evict.rombongan_belajar_id.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'anggota_rombel', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'anggota_rombel' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);

-- evict.rombongan_belajar_id.2
DELETE t FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[rombongan_belajar_id]);

-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[anggota_rombel] AS t ON LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'anggota_rombel' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2));

-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'anggota_rombel', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[anggota_rombel] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'anggota_rombel' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);

-- sweep.2
DELETE t FROM [backbone].[anggota_rombel] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2));

-- handed_over
UPDATE [backbone].[anggota_rombel] SET [last_update] = ?;

-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[anggota_rombel]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];

-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), p1.[semester_id]) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[anggota_rombel_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[anggota_rombel] AS t LEFT JOIN [backbone].[rombongan_belajar] AS p1 ON p1.[rombongan_belajar_id] = t.[rombongan_belajar_id] LEFT JOIN [backbone].[sekolah] AS p2 ON p2.[sekolah_id] = p1.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p2.[kode_wilayah] GROUP BY a.[kecamatan], CONVERT(nvarchar(64), p1.[semester_id]);

-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[anggota_rombel_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[anggota_rombel] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[last_update] IS NULL) AS [unreadable];

-- people.rows.anggota_rombel_id
SELECT t.[anggota_rombel_id], t.[rombongan_belajar_id], t.[peserta_didik_id], t.[jenis_pendaftaran_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);

-- people.rows.peserta_didik_id
SELECT t.[anggota_rombel_id], t.[rombongan_belajar_id], t.[peserta_didik_id], t.[jenis_pendaftaran_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[anggota_rombel] AS t WHERE t.[peserta_didik_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);

-- people.remove
DELETE t FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);

-- people.flags
SELECT t.[flags] FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.put.jenis_pendaftaran_id
UPDATE [backbone].[anggota_rombel] SET [jenis_pendaftaran_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, ?);

-- people.filled
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[jenis_pendaftaran_id]) AS [jenis_pendaftaran_id] FROM [backbone].[anggota_rombel] AS t;

-- people.filled.school
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[jenis_pendaftaran_id]) AS [jenis_pendaftaran_id] FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IN (SELECT x.[rombongan_belajar_id] FROM [backbone].[rombongan_belajar] AS x WHERE x.[sekolah_id] IN (SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] COLLATE Latin1_General_100_BIN2 = ?));
