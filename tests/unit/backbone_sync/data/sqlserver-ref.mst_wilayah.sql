-- A snapshot; look at what changed before you take it over (tests/unit/backbone_sync).

-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_mst_wilayah] WITH (TABLOCKX, HOLDLOCK);

-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM [staging].[ref_mst_wilayah] AS s WHERE CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);

-- update
UPDATE t SET [nama] = s.[nama], [id_level_wilayah] = s.[id_level_wilayah], [mst_kode_wilayah] = s.[mst_kode_wilayah], [kode_bps] = s.[kode_bps], [kode_dagri] = s.[kode_dagri], [kode_keu] = s.[kode_keu], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[mst_wilayah] AS t JOIN [staging].[ref_mst_wilayah] AS s ON t.[kode_wilayah] = s.[kode_wilayah] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[key] = CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[id_level_wilayah], CONVERT(varbinary(max), s.[mst_kode_wilayah]), CONVERT(varbinary(max), s.[kode_bps]), CONVERT(varbinary(max), s.[kode_dagri]), CONVERT(varbinary(max), s.[kode_keu]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[id_level_wilayah], CONVERT(varbinary(max), t.[mst_kode_wilayah]), CONVERT(varbinary(max), t.[kode_bps]), CONVERT(varbinary(max), t.[kode_dagri]), CONVERT(varbinary(max), t.[kode_keu]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));

-- insert
INSERT INTO [ref].[mst_wilayah] ([kode_wilayah], [nama], [id_level_wilayah], [mst_kode_wilayah], [kode_bps], [kode_dagri], [kode_keu], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[kode_wilayah], s.[nama], s.[id_level_wilayah], s.[mst_kode_wilayah], s.[kode_bps], s.[kode_dagri], s.[kode_keu], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_mst_wilayah] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[key] = CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[kode_wilayah] = s.[kode_wilayah]);

-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_mst_wilayah] AS s JOIN [ref].[mst_wilayah] AS t ON t.[kode_wilayah] = s.[kode_wilayah] WHERE t.[last_update] > s.[last_update];

-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM [staging].[ref_mst_wilayah] AS s WHERE CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));

-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM [staging].[ref_mst_wilayah] AS s WHERE CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));

-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.mst_wilayah', CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_mst_wilayah] AS s;

-- clear
TRUNCATE TABLE [staging].[ref_mst_wilayah];

-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]);

-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.mst_wilayah', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.mst_wilayah' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);

-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.mst_wilayah' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2);

-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.mst_wilayah', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.mst_wilayah' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);

-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));

-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.mst_wilayah' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), a.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] > a.[last_update]);

-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.mst_wilayah', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), a.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] > a.[last_update]);

-- remove
DELETE t FROM [ref].[mst_wilayah] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]);

-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;

-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;

-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[mst_wilayah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2);

-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[mst_wilayah] AS t JOIN [sync].[seen] AS s ON t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), s.[key]) COLLATE Latin1_General_100_BIN2 WHERE t.[last_update] > s.[last_update];

-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[mst_wilayah] AS t ON t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), s.[key]) COLLATE Latin1_General_100_BIN2 WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);

-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.mst_wilayah', CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[mst_wilayah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.mst_wilayah' AND h.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2);

-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.mst_wilayah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.mst_wilayah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- settle_held.2
DELETE t FROM [ref].[mst_wilayah] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.mst_wilayah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));

-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.mst_wilayah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));

-- orphans.mst_kode_wilayah.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[mst_wilayah];

-- orphans.mst_kode_wilayah.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ref.mst_wilayah', N'mst_kode_wilayah', CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 FROM [ref].[mst_wilayah] AS t WHERE t.[mst_kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[mst_kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.mst_wilayah' AND o.[field] = N'mst_kode_wilayah' AND o.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2);

-- orphans.mst_kode_wilayah.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ref.mst_wilayah' AND o.[field] = N'mst_kode_wilayah' AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), o.[key]) COLLATE Latin1_General_100_BIN2 AND t.[mst_kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[mst_kode_wilayah]));

-- orphans.mst_kode_wilayah.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ref.mst_wilayah', N'mst_kode_wilayah', CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 FROM [ref].[mst_wilayah] AS t WHERE t.[mst_kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[mst_kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.mst_wilayah' AND o.[field] = N'mst_kode_wilayah' AND o.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ref.mst_wilayah' AND u.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2);

-- orphans.mst_kode_wilayah.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ref.mst_wilayah', N'mst_kode_wilayah', CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 FROM [ref].[mst_wilayah] AS t WHERE t.[mst_kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[mst_kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.mst_wilayah' AND o.[field] = N'mst_kode_wilayah' AND o.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[mst_kode_wilayah]);

-- orphans.mst_kode_wilayah.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = CONVERT(nvarchar(64), t.[mst_kode_wilayah]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [ref].[mst_wilayah] AS t ON t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), o.[key]) COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.mst_wilayah' AND o.[field] = N'mst_kode_wilayah') AS x;

-- handed_over
UPDATE [ref].[mst_wilayah] SET [last_update] = ?;

-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[mst_wilayah]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];

-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[kode_wilayah])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[mst_wilayah] AS t;

-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[kode_wilayah])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[mst_wilayah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[last_update] IS NULL) AS [unreadable];

-- within
WITH [within] AS (SELECT m.[kode_wilayah] AS [kode], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[kode_dagri] = ? UNION ALL SELECT m.[kode_wilayah], w.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [within] AS w ON m.[mst_kode_wilayah] = w.[kode] WHERE w.[depth] < 8) SELECT DISTINCT w.[kode] FROM [within] AS w;
