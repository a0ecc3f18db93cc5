-- Made from the data dictionary by `python -m backbone_sync.dictionary.generated`; not to be edited.
-- SQL Server 2016 or newer. Simulated: no server has run it. ? are parameters.
CREATE SCHEMA [ref];
GO
CREATE SCHEMA [backbone];
GO
CREATE SCHEMA [staging];
GO
CREATE SCHEMA [sync];
GO
CREATE TABLE [sync].[migration] ([version] int NOT NULL PRIMARY KEY, [applied_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET());
GO
CREATE TABLE [sync].[cursor] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, [since_update] datetimeoffset(6) NULL, [high_update] datetimeoffset(6) NULL, [floor_update] datetimeoffset(6) NULL, [position] nvarchar(max) NULL, [fields] nvarchar(max) NOT NULL, [region] nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL, [source] nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL, [scope] nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL, [compared_at] datetimeoffset(6) NULL, [moved_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET());
GO
CREATE TABLE [sync].[run] ([run_id] bigint IDENTITY(1,1) NOT NULL PRIMARY KEY, [started_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), [finished_at] datetimeoffset(6) NULL, [state] nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL DEFAULT N'running', [version] nvarchar(64) NOT NULL, [region] nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL, [error_kind] nvarchar(64) NULL, [message] nvarchar(max) NULL, [requests] bigint NOT NULL DEFAULT 0, [bytes_received] bigint NOT NULL DEFAULT 0, CHECK ([state] IN (N'running', N'green', N'not_green', N'interrupted')));
GO
CREATE TABLE [sync].[run_entity] ([run_id] bigint NOT NULL, [entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [pages] bigint NOT NULL, [received] bigint NOT NULL, [created] bigint NOT NULL, [updated] bigint NOT NULL, [unchanged] bigint NOT NULL, [deleted] bigint NOT NULL, [quarantined] bigint NOT NULL, [refused] bigint NOT NULL, [withheld] bigint NOT NULL, [flagged] bigint NOT NULL, [conflicts] bigint NOT NULL, [dropped_values] bigint NOT NULL, [seconds] float NOT NULL, [unknown_fields] nvarchar(max) NOT NULL, [widened] nvarchar(max) NOT NULL, [held] bigint NOT NULL, [compared] bit NOT NULL, [error_kind] nvarchar(64) NULL, [message] nvarchar(max) NULL, PRIMARY KEY ([run_id], [entity]));
GO
CREATE TABLE [sync].[balance] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, [run_id] bigint NOT NULL, [checked_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), [source] bigint NULL, [source_deleted] bigint NULL, [stored] bigint NOT NULL, [quarantined] bigint NOT NULL, [deleted] bigint NOT NULL, [refused] bigint NOT NULL, [withheld] bigint NOT NULL, [balanced] bit NOT NULL);
GO
CREATE TABLE [sync].[quarantine] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [key] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [reason] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [field] nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL, [last_update] datetimeoffset(6) NULL, [payload] nvarchar(max) NULL, [first_run] bigint NOT NULL, [last_run] bigint NOT NULL, [seen_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), PRIMARY KEY ([entity], [key]));
GO
CREATE TABLE [sync].[tombstone] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [key] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [last_update] datetimeoffset(6) NOT NULL, [run_id] bigint NOT NULL, PRIMARY KEY ([entity], [key]));
GO
CREATE TABLE [sync].[held] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [key] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [kind] nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL, [last_update] datetimeoffset(6) NOT NULL, [run_id] bigint NOT NULL, [release_id] bigint NULL, PRIMARY KEY ([entity], [key]), CHECK ([kind] IN (N'tombstone', N'absent')));
GO
CREATE TABLE [sync].[release] ([release_id] bigint IDENTITY(1,1) NOT NULL PRIMARY KEY, [entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [released_by] nvarchar(200) NOT NULL, [reason] nvarchar(max) NOT NULL, [rows] bigint NOT NULL, [released_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), [expires_at] datetimeoffset(6) NOT NULL, [used_at] datetimeoffset(6) NULL, [deleted] bigint NULL);
GO
CREATE TABLE [sync].[width] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [field] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [length] int NOT NULL, [run_id] bigint NOT NULL, [widened_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), PRIMARY KEY ([entity], [field]));
GO
CREATE TABLE [sync].[orphan] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [field] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [key] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, PRIMARY KEY ([entity], [field], [key]));
GO
CREATE TABLE [sync].[reference_check] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [field] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [reference] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [orphans] bigint NULL, [waiting] bigint NULL, [checked_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), PRIMARY KEY ([entity], [field]));
GO
CREATE TABLE [sync].[erasure] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [key] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [reason] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [erased_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), PRIMARY KEY ([entity], [key]));
GO
CREATE TABLE [sync].[correction] ([correction_id] bigint IDENTITY(1,1) NOT NULL PRIMARY KEY, [entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [key] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [field] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [value] nvarchar(max) NOT NULL, [was] nvarchar(max) NOT NULL, [reason] nvarchar(max) NOT NULL, [made_by] nvarchar(200) NOT NULL, [made_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), [seen_update] datetimeoffset(6) NOT NULL, [state] nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL DEFAULT N'in_force', [centre_update] datetimeoffset(6) NULL, [settled_at] datetimeoffset(6) NULL);
GO
CREATE TABLE [sync].[sweep] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY);
GO
CREATE TABLE [sync].[processing] ([seq] bigint NOT NULL PRIMARY KEY, [line] nvarchar(max) NOT NULL, [digest] nvarchar(64) NOT NULL);
GO
CREATE TABLE [sync].[table_version] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [version] int NOT NULL, [statements] nvarchar(max) NOT NULL, [applied_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), PRIMARY KEY ([entity], [version]));
GO
CREATE TABLE [sync].[guarded] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, [fields] nvarchar(max) NOT NULL);
GO
CREATE TABLE [sync].[seen] ([key] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [live] bit NOT NULL, [last_update] datetimeoffset(6) NULL);
GO
CREATE CLUSTERED INDEX [seen_key_idx] ON [sync].[seen] ([key]);
GO
CREATE TABLE [sync].[touched] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [key] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL);
GO
CREATE CLUSTERED INDEX [touched_key_idx] ON [sync].[touched] ([entity], [key]);
GO
CREATE TRIGGER [sync].[append_only] ON [sync].[processing] INSTEAD OF UPDATE, DELETE AS THROW 50001, N'the processing record is appended to and never changed', 1;
GO
CREATE TABLE [sync].[checked] ([entity] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, [seen_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), [verified_at] datetimeoffset(6) NULL, [listed_at] datetimeoffset(6) NULL, [missed] bigint NOT NULL DEFAULT 0);
GO

-- ref.mst_wilayah: Wilayah / Area
CREATE TABLE [ref].[mst_wilayah] (
    [kode_wilayah] nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    [nama] nvarchar(120) NULL,
    [id_level_wilayah] smallint NULL,
    [mst_kode_wilayah] nvarchar(16) COLLATE Latin1_General_100_BIN2 NULL,
    [kode_bps] nvarchar(14) COLLATE Latin1_General_100_BIN2 NULL,
    [kode_dagri] nvarchar(26) COLLATE Latin1_General_100_BIN2 NULL,
    [kode_keu] nvarchar(20) COLLATE Latin1_General_100_BIN2 NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_mst_wilayah] (
    [kode_wilayah] nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    [nama] nvarchar(120) NULL,
    [id_level_wilayah] smallint NULL,
    [mst_kode_wilayah] nvarchar(16) COLLATE Latin1_General_100_BIN2 NULL,
    [kode_bps] nvarchar(14) COLLATE Latin1_General_100_BIN2 NULL,
    [kode_dagri] nvarchar(26) COLLATE Latin1_General_100_BIN2 NULL,
    [kode_keu] nvarchar(20) COLLATE Latin1_General_100_BIN2 NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_mst_wilayah] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM [staging].[ref_mst_wilayah] AS s WHERE CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [id_level_wilayah] = s.[id_level_wilayah], [mst_kode_wilayah] = s.[mst_kode_wilayah], [kode_bps] = s.[kode_bps], [kode_dagri] = s.[kode_dagri], [kode_keu] = s.[kode_keu], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[mst_wilayah] AS t JOIN [staging].[ref_mst_wilayah] AS s ON t.[kode_wilayah] = s.[kode_wilayah] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[key] = CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[id_level_wilayah], CONVERT(varbinary(max), s.[mst_kode_wilayah]), CONVERT(varbinary(max), s.[kode_bps]), CONVERT(varbinary(max), s.[kode_dagri]), CONVERT(varbinary(max), s.[kode_keu]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[id_level_wilayah], CONVERT(varbinary(max), t.[mst_kode_wilayah]), CONVERT(varbinary(max), t.[kode_bps]), CONVERT(varbinary(max), t.[kode_dagri]), CONVERT(varbinary(max), t.[kode_keu]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[mst_wilayah] ([kode_wilayah], [nama], [id_level_wilayah], [mst_kode_wilayah], [kode_bps], [kode_dagri], [kode_keu], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[kode_wilayah], s.[nama], s.[id_level_wilayah], s.[mst_kode_wilayah], s.[kode_bps], s.[kode_dagri], s.[kode_keu], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_mst_wilayah] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[key] = CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[kode_wilayah] = s.[kode_wilayah]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_mst_wilayah] AS s JOIN [ref].[mst_wilayah] AS t ON t.[kode_wilayah] = s.[kode_wilayah] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM [staging].[ref_mst_wilayah] AS s WHERE CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM [staging].[ref_mst_wilayah] AS s WHERE CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.mst_wilayah', CONVERT(nvarchar(64), s.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_mst_wilayah] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_mst_wilayah];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.mst_wilayah', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.mst_wilayah' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.mst_wilayah' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2);
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.mst_wilayah', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.mst_wilayah' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.mst_wilayah' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), a.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.mst_wilayah', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), a.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[mst_wilayah] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[mst_wilayah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[mst_wilayah] AS t JOIN [sync].[seen] AS s ON t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), s.[key]) COLLATE Latin1_General_100_BIN2 WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[mst_wilayah] AS t ON t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), s.[key]) COLLATE Latin1_General_100_BIN2 WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.mst_wilayah', CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[mst_wilayah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.mst_wilayah' AND h.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.mst_wilayah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.mst_wilayah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[mst_wilayah] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.mst_wilayah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.mst_wilayah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.mst_kode_wilayah.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[mst_wilayah];
GO
-- orphans.mst_kode_wilayah.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ref.mst_wilayah', N'mst_kode_wilayah', CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 FROM [ref].[mst_wilayah] AS t WHERE t.[mst_kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[mst_kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.mst_wilayah' AND o.[field] = N'mst_kode_wilayah' AND o.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.mst_kode_wilayah.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ref.mst_wilayah' AND o.[field] = N'mst_kode_wilayah' AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), o.[key]) COLLATE Latin1_General_100_BIN2 AND t.[mst_kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[mst_kode_wilayah]));
GO
-- orphans.mst_kode_wilayah.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ref.mst_wilayah', N'mst_kode_wilayah', CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 FROM [ref].[mst_wilayah] AS t WHERE t.[mst_kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[mst_kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.mst_wilayah' AND o.[field] = N'mst_kode_wilayah' AND o.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ref.mst_wilayah' AND u.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.mst_kode_wilayah.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ref.mst_wilayah', N'mst_kode_wilayah', CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 FROM [ref].[mst_wilayah] AS t WHERE t.[mst_kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[mst_kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.mst_wilayah' AND o.[field] = N'mst_kode_wilayah' AND o.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[mst_kode_wilayah]);
GO
-- orphans.mst_kode_wilayah.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = CONVERT(nvarchar(64), t.[mst_kode_wilayah]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [ref].[mst_wilayah] AS t ON t.[kode_wilayah] = TRY_CONVERT(nvarchar(16), o.[key]) COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.mst_wilayah' AND o.[field] = N'mst_kode_wilayah') AS x;
GO
-- handed_over
UPDATE [ref].[mst_wilayah] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[mst_wilayah]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[kode_wilayah])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[mst_wilayah] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[kode_wilayah])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[mst_wilayah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[last_update] IS NULL) AS [unreadable];
GO
-- within
WITH [within] AS (SELECT m.[kode_wilayah] AS [kode], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[kode_dagri] = ? UNION ALL SELECT m.[kode_wilayah], w.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [within] AS w ON m.[mst_kode_wilayah] = w.[kode] WHERE w.[depth] < 8) SELECT DISTINCT w.[kode] FROM [within] AS w;
GO

-- ref.agama: Agama / Religion
CREATE TABLE [ref].[agama] (
    [agama_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(50) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_agama] (
    [agama_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(50) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_agama] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.agama' AND EXISTS (SELECT 1 FROM [staging].[ref_agama] AS s WHERE CONVERT(nvarchar(64), s.[agama_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[agama] AS t JOIN [staging].[ref_agama] AS s ON t.[agama_id] = s.[agama_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.agama' AND d.[key] = CONVERT(nvarchar(64), s.[agama_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[agama] ([agama_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[agama_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_agama] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.agama' AND d.[key] = CONVERT(nvarchar(64), s.[agama_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[agama_id] = s.[agama_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_agama] AS s JOIN [ref].[agama] AS t ON t.[agama_id] = s.[agama_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND EXISTS (SELECT 1 FROM [staging].[ref_agama] AS s WHERE CONVERT(nvarchar(64), s.[agama_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.agama' AND EXISTS (SELECT 1 FROM [staging].[ref_agama] AS s WHERE CONVERT(nvarchar(64), s.[agama_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.agama', CONVERT(nvarchar(64), s.[agama_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_agama] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_agama];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.agama' AND EXISTS (SELECT 1 FROM [ref].[agama] AS t WHERE t.[agama_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.agama', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[agama] AS t WHERE t.[agama_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.agama' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.agama' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS t WHERE t.[agama_id] = TRY_CONVERT(smallint, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.agama', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[agama] AS t WHERE t.[agama_id] = TRY_CONVERT(smallint, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.agama' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.agama' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.agama' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS t WHERE t.[agama_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.agama', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.agama' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.agama' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS t WHERE t.[agama_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[agama] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[agama_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[agama] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[agama_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[agama] AS t JOIN [sync].[seen] AS s ON t.[agama_id] = TRY_CONVERT(smallint, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[agama] AS t ON t.[agama_id] = TRY_CONVERT(smallint, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.agama' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.agama', CONVERT(nvarchar(64), t.[agama_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[agama] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[agama_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.agama' AND h.[key] = CONVERT(nvarchar(64), t.[agama_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[agama] AS t WHERE t.[agama_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.agama' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[agama] AS t WHERE t.[agama_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.agama' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[agama] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[agama_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.agama' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.agama' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[agama] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[agama]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND EXISTS (SELECT 1 FROM [ref].[agama] AS t WHERE CONVERT(nvarchar(64), t.[agama_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.agama') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[agama_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[agama] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[agama_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[agama] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND q.[key] = CONVERT(nvarchar(64), t.[agama_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.bentuk_pendidikan: Bentuk pendidikan / Form of education
CREATE TABLE [ref].[bentuk_pendidikan] (
    [bentuk_pendidikan_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(100) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_bentuk_pendidikan] (
    [bentuk_pendidikan_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(100) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_bentuk_pendidikan] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.bentuk_pendidikan' AND EXISTS (SELECT 1 FROM [staging].[ref_bentuk_pendidikan] AS s WHERE CONVERT(nvarchar(64), s.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[bentuk_pendidikan] AS t JOIN [staging].[ref_bentuk_pendidikan] AS s ON t.[bentuk_pendidikan_id] = s.[bentuk_pendidikan_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.bentuk_pendidikan' AND d.[key] = CONVERT(nvarchar(64), s.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[bentuk_pendidikan] ([bentuk_pendidikan_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[bentuk_pendidikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_bentuk_pendidikan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.bentuk_pendidikan' AND d.[key] = CONVERT(nvarchar(64), s.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[bentuk_pendidikan_id] = s.[bentuk_pendidikan_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_bentuk_pendidikan] AS s JOIN [ref].[bentuk_pendidikan] AS t ON t.[bentuk_pendidikan_id] = s.[bentuk_pendidikan_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND EXISTS (SELECT 1 FROM [staging].[ref_bentuk_pendidikan] AS s WHERE CONVERT(nvarchar(64), s.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.bentuk_pendidikan' AND EXISTS (SELECT 1 FROM [staging].[ref_bentuk_pendidikan] AS s WHERE CONVERT(nvarchar(64), s.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.bentuk_pendidikan', CONVERT(nvarchar(64), s.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_bentuk_pendidikan] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_bentuk_pendidikan];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.bentuk_pendidikan' AND EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS t WHERE t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.bentuk_pendidikan', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS t WHERE t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.bentuk_pendidikan' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.bentuk_pendidikan' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS t WHERE t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.bentuk_pendidikan', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS t WHERE t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.bentuk_pendidikan' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.bentuk_pendidikan' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.bentuk_pendidikan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS t WHERE t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.bentuk_pendidikan', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.bentuk_pendidikan' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.bentuk_pendidikan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS t WHERE t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[bentuk_pendidikan] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[bentuk_pendidikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[bentuk_pendidikan] AS t JOIN [sync].[seen] AS s ON t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[bentuk_pendidikan] AS t ON t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.bentuk_pendidikan' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.bentuk_pendidikan', CONVERT(nvarchar(64), t.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[bentuk_pendidikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.bentuk_pendidikan' AND h.[key] = CONVERT(nvarchar(64), t.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS t WHERE t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.bentuk_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS t WHERE t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.bentuk_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[bentuk_pendidikan] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[bentuk_pendidikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.bentuk_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.bentuk_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[bentuk_pendidikan] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[bentuk_pendidikan]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS t WHERE CONVERT(nvarchar(64), t.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.bentuk_pendidikan') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[bentuk_pendidikan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[bentuk_pendidikan] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[bentuk_pendidikan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[bentuk_pendidikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND q.[key] = CONVERT(nvarchar(64), t.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.jenjang_pendidikan: Jenjang pendidikan / Level of education
CREATE TABLE [ref].[jenjang_pendidikan] (
    [jenjang_pendidikan_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(100) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_jenjang_pendidikan] (
    [jenjang_pendidikan_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(100) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_jenjang_pendidikan] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenjang_pendidikan' AND EXISTS (SELECT 1 FROM [staging].[ref_jenjang_pendidikan] AS s WHERE CONVERT(nvarchar(64), s.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[jenjang_pendidikan] AS t JOIN [staging].[ref_jenjang_pendidikan] AS s ON t.[jenjang_pendidikan_id] = s.[jenjang_pendidikan_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenjang_pendidikan' AND d.[key] = CONVERT(nvarchar(64), s.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[jenjang_pendidikan] ([jenjang_pendidikan_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[jenjang_pendidikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jenjang_pendidikan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenjang_pendidikan' AND d.[key] = CONVERT(nvarchar(64), s.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenjang_pendidikan] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[jenjang_pendidikan_id] = s.[jenjang_pendidikan_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_jenjang_pendidikan] AS s JOIN [ref].[jenjang_pendidikan] AS t ON t.[jenjang_pendidikan_id] = s.[jenjang_pendidikan_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenjang_pendidikan' AND EXISTS (SELECT 1 FROM [staging].[ref_jenjang_pendidikan] AS s WHERE CONVERT(nvarchar(64), s.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jenjang_pendidikan' AND EXISTS (SELECT 1 FROM [staging].[ref_jenjang_pendidikan] AS s WHERE CONVERT(nvarchar(64), s.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.jenjang_pendidikan', CONVERT(nvarchar(64), s.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_jenjang_pendidikan] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_jenjang_pendidikan];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.jenjang_pendidikan' AND EXISTS (SELECT 1 FROM [ref].[jenjang_pendidikan] AS t WHERE t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jenjang_pendidikan', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[jenjang_pendidikan] AS t WHERE t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jenjang_pendidikan' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.jenjang_pendidikan' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[jenjang_pendidikan] AS t WHERE t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.jenjang_pendidikan', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jenjang_pendidikan] AS t WHERE t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.jenjang_pendidikan' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenjang_pendidikan' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.jenjang_pendidikan' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenjang_pendidikan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenjang_pendidikan] AS t WHERE t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.jenjang_pendidikan', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.jenjang_pendidikan' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenjang_pendidikan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenjang_pendidikan] AS t WHERE t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[jenjang_pendidikan] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[jenjang_pendidikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[jenjang_pendidikan] AS t JOIN [sync].[seen] AS s ON t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[jenjang_pendidikan] AS t ON t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenjang_pendidikan' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenjang_pendidikan' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jenjang_pendidikan', CONVERT(nvarchar(64), t.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[jenjang_pendidikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jenjang_pendidikan' AND h.[key] = CONVERT(nvarchar(64), t.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[jenjang_pendidikan] AS t WHERE t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jenjang_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[jenjang_pendidikan] AS t WHERE t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jenjang_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[jenjang_pendidikan] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[jenjang_pendidikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.jenjang_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jenjang_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[jenjang_pendidikan] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[jenjang_pendidikan]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenjang_pendidikan' AND EXISTS (SELECT 1 FROM [ref].[jenjang_pendidikan] AS t WHERE CONVERT(nvarchar(64), t.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenjang_pendidikan' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenjang_pendidikan') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenjang_pendidikan' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenjang_pendidikan' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jenjang_pendidikan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[jenjang_pendidikan] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jenjang_pendidikan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[jenjang_pendidikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenjang_pendidikan' AND q.[key] = CONVERT(nvarchar(64), t.[jenjang_pendidikan_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenjang_pendidikan' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenjang_pendidikan' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.tingkat_pendidikan: Tingkat pendidikan / Grade
CREATE TABLE [ref].[tingkat_pendidikan] (
    [tingkat_pendidikan_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(40) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_tingkat_pendidikan] (
    [tingkat_pendidikan_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(40) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_tingkat_pendidikan] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tingkat_pendidikan' AND EXISTS (SELECT 1 FROM [staging].[ref_tingkat_pendidikan] AS s WHERE CONVERT(nvarchar(64), s.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[tingkat_pendidikan] AS t JOIN [staging].[ref_tingkat_pendidikan] AS s ON t.[tingkat_pendidikan_id] = s.[tingkat_pendidikan_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tingkat_pendidikan' AND d.[key] = CONVERT(nvarchar(64), s.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[tingkat_pendidikan] ([tingkat_pendidikan_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[tingkat_pendidikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_tingkat_pendidikan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tingkat_pendidikan' AND d.[key] = CONVERT(nvarchar(64), s.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[tingkat_pendidikan_id] = s.[tingkat_pendidikan_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_tingkat_pendidikan] AS s JOIN [ref].[tingkat_pendidikan] AS t ON t.[tingkat_pendidikan_id] = s.[tingkat_pendidikan_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tingkat_pendidikan' AND EXISTS (SELECT 1 FROM [staging].[ref_tingkat_pendidikan] AS s WHERE CONVERT(nvarchar(64), s.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.tingkat_pendidikan' AND EXISTS (SELECT 1 FROM [staging].[ref_tingkat_pendidikan] AS s WHERE CONVERT(nvarchar(64), s.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.tingkat_pendidikan', CONVERT(nvarchar(64), s.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_tingkat_pendidikan] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_tingkat_pendidikan];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.tingkat_pendidikan' AND EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS t WHERE t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.tingkat_pendidikan', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS t WHERE t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.tingkat_pendidikan' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.tingkat_pendidikan' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS t WHERE t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.tingkat_pendidikan', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS t WHERE t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.tingkat_pendidikan' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tingkat_pendidikan' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.tingkat_pendidikan' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tingkat_pendidikan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS t WHERE t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.tingkat_pendidikan', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.tingkat_pendidikan' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tingkat_pendidikan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS t WHERE t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[tingkat_pendidikan] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[tingkat_pendidikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[tingkat_pendidikan] AS t JOIN [sync].[seen] AS s ON t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[tingkat_pendidikan] AS t ON t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tingkat_pendidikan' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tingkat_pendidikan' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.tingkat_pendidikan', CONVERT(nvarchar(64), t.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[tingkat_pendidikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.tingkat_pendidikan' AND h.[key] = CONVERT(nvarchar(64), t.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS t WHERE t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.tingkat_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS t WHERE t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.tingkat_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[tingkat_pendidikan] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[tingkat_pendidikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.tingkat_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.tingkat_pendidikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[tingkat_pendidikan] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[tingkat_pendidikan]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tingkat_pendidikan' AND EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS t WHERE CONVERT(nvarchar(64), t.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tingkat_pendidikan' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tingkat_pendidikan') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tingkat_pendidikan' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tingkat_pendidikan' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[tingkat_pendidikan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[tingkat_pendidikan] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[tingkat_pendidikan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[tingkat_pendidikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tingkat_pendidikan' AND q.[key] = CONVERT(nvarchar(64), t.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tingkat_pendidikan' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tingkat_pendidikan' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.tahun_ajaran: Tahun ajaran / School year
CREATE TABLE [ref].[tahun_ajaran] (
    [tahun_ajaran_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(30) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_tahun_ajaran] (
    [tahun_ajaran_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(30) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_tahun_ajaran] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tahun_ajaran' AND EXISTS (SELECT 1 FROM [staging].[ref_tahun_ajaran] AS s WHERE CONVERT(nvarchar(64), s.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[tahun_ajaran] AS t JOIN [staging].[ref_tahun_ajaran] AS s ON t.[tahun_ajaran_id] = s.[tahun_ajaran_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tahun_ajaran' AND d.[key] = CONVERT(nvarchar(64), s.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[tahun_ajaran] ([tahun_ajaran_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[tahun_ajaran_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_tahun_ajaran] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tahun_ajaran' AND d.[key] = CONVERT(nvarchar(64), s.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[tahun_ajaran_id] = s.[tahun_ajaran_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_tahun_ajaran] AS s JOIN [ref].[tahun_ajaran] AS t ON t.[tahun_ajaran_id] = s.[tahun_ajaran_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND EXISTS (SELECT 1 FROM [staging].[ref_tahun_ajaran] AS s WHERE CONVERT(nvarchar(64), s.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.tahun_ajaran' AND EXISTS (SELECT 1 FROM [staging].[ref_tahun_ajaran] AS s WHERE CONVERT(nvarchar(64), s.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.tahun_ajaran', CONVERT(nvarchar(64), s.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_tahun_ajaran] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_tahun_ajaran];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.tahun_ajaran' AND EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS t WHERE t.[tahun_ajaran_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.tahun_ajaran', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS t WHERE t.[tahun_ajaran_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.tahun_ajaran' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.tahun_ajaran' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS t WHERE t.[tahun_ajaran_id] = TRY_CONVERT(smallint, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.tahun_ajaran', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS t WHERE t.[tahun_ajaran_id] = TRY_CONVERT(smallint, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.tahun_ajaran' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.tahun_ajaran' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tahun_ajaran' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS t WHERE t.[tahun_ajaran_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.tahun_ajaran', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.tahun_ajaran' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tahun_ajaran' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS t WHERE t.[tahun_ajaran_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[tahun_ajaran] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[tahun_ajaran_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[tahun_ajaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[tahun_ajaran] AS t JOIN [sync].[seen] AS s ON t.[tahun_ajaran_id] = TRY_CONVERT(smallint, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[tahun_ajaran] AS t ON t.[tahun_ajaran_id] = TRY_CONVERT(smallint, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tahun_ajaran' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.tahun_ajaran', CONVERT(nvarchar(64), t.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[tahun_ajaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.tahun_ajaran' AND h.[key] = CONVERT(nvarchar(64), t.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS t WHERE t.[tahun_ajaran_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.tahun_ajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS t WHERE t.[tahun_ajaran_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.tahun_ajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[tahun_ajaran] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[tahun_ajaran_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.tahun_ajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.tahun_ajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[tahun_ajaran] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[tahun_ajaran]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS t WHERE CONVERT(nvarchar(64), t.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tahun_ajaran') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[tahun_ajaran_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[tahun_ajaran] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[tahun_ajaran_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[tahun_ajaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND q.[key] = CONVERT(nvarchar(64), t.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.semester: Semester / Semester
CREATE TABLE [ref].[semester] (
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    [nama] nvarchar(60) NULL,
    [tahun_ajaran_id] smallint NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_semester] (
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    [nama] nvarchar(60) NULL,
    [tahun_ajaran_id] smallint NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_semester] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester' AND EXISTS (SELECT 1 FROM [staging].[ref_semester] AS s WHERE CONVERT(nvarchar(64), s.[semester_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [tahun_ajaran_id] = s.[tahun_ajaran_id], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[semester] AS t JOIN [staging].[ref_semester] AS s ON t.[semester_id] = s.[semester_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester' AND d.[key] = CONVERT(nvarchar(64), s.[semester_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[tahun_ajaran_id], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[tahun_ajaran_id], t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[semester] ([semester_id], [nama], [tahun_ajaran_id], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[semester_id], s.[nama], s.[tahun_ajaran_id], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_semester] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester' AND d.[key] = CONVERT(nvarchar(64), s.[semester_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[semester_id] = s.[semester_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_semester] AS s JOIN [ref].[semester] AS t ON t.[semester_id] = s.[semester_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND EXISTS (SELECT 1 FROM [staging].[ref_semester] AS s WHERE CONVERT(nvarchar(64), s.[semester_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.semester' AND EXISTS (SELECT 1 FROM [staging].[ref_semester] AS s WHERE CONVERT(nvarchar(64), s.[semester_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.semester', CONVERT(nvarchar(64), s.[semester_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_semester] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_semester];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.semester' AND EXISTS (SELECT 1 FROM [ref].[semester] AS t WHERE t.[semester_id] = TRY_CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.semester', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[semester] AS t WHERE t.[semester_id] = TRY_CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.semester' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.semester' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS t WHERE t.[semester_id] = TRY_CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2);
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.semester', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[semester] AS t WHERE t.[semester_id] = TRY_CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.semester' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.semester' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS t WHERE t.[semester_id] = TRY_CONVERT(nvarchar(10), a.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.semester', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.semester' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS t WHERE t.[semester_id] = TRY_CONVERT(nvarchar(10), a.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[semester] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[semester_id] = TRY_CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[semester] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[semester] AS t JOIN [sync].[seen] AS s ON t.[semester_id] = TRY_CONVERT(nvarchar(10), s.[key]) COLLATE Latin1_General_100_BIN2 WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[semester] AS t ON t.[semester_id] = TRY_CONVERT(nvarchar(10), s.[key]) COLLATE Latin1_General_100_BIN2 WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.semester', CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[semester] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.semester' AND h.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[semester] AS t WHERE t.[semester_id] = TRY_CONVERT(nvarchar(10), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.semester' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[semester] AS t WHERE t.[semester_id] = TRY_CONVERT(nvarchar(10), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.semester' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[semester] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[semester_id] = TRY_CONVERT(nvarchar(10), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.semester' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.semester' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.tahun_ajaran_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[tahun_ajaran];
GO
-- orphans.tahun_ajaran_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ref.semester', N'tahun_ajaran_id', CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2 FROM [ref].[semester] AS t WHERE t.[tahun_ajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS p WHERE p.[tahun_ajaran_id] = t.[tahun_ajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.semester' AND o.[field] = N'tahun_ajaran_id' AND o.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.tahun_ajaran_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ref.semester' AND o.[field] = N'tahun_ajaran_id' AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS t WHERE t.[semester_id] = TRY_CONVERT(nvarchar(10), o.[key]) COLLATE Latin1_General_100_BIN2 AND t.[tahun_ajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS p WHERE p.[tahun_ajaran_id] = t.[tahun_ajaran_id]));
GO
-- orphans.tahun_ajaran_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ref.semester', N'tahun_ajaran_id', CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2 FROM [ref].[semester] AS t WHERE t.[tahun_ajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS p WHERE p.[tahun_ajaran_id] = t.[tahun_ajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.semester' AND o.[field] = N'tahun_ajaran_id' AND o.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ref.semester' AND u.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.tahun_ajaran_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ref.semester', N'tahun_ajaran_id', CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2 FROM [ref].[semester] AS t WHERE t.[tahun_ajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS p WHERE p.[tahun_ajaran_id] = t.[tahun_ajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.semester' AND o.[field] = N'tahun_ajaran_id' AND o.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tahun_ajaran' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[tahun_ajaran_id]);
GO
-- orphans.tahun_ajaran_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND q.[key] = CONVERT(nvarchar(64), t.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [ref].[semester] AS t ON t.[semester_id] = TRY_CONVERT(nvarchar(10), o.[key]) COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.semester' AND o.[field] = N'tahun_ajaran_id') AS x;
GO
-- handed_over
UPDATE [ref].[semester] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[semester]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND EXISTS (SELECT 1 FROM [ref].[semester] AS t WHERE CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[semester_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[semester] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[semester_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[semester] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.jenis_ptk: Jenis PTK / Kind of staff
CREATE TABLE [ref].[jenis_ptk] (
    [jenis_ptk_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(120) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_jenis_ptk] (
    [jenis_ptk_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(120) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_jenis_ptk] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_ptk' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_ptk] AS s WHERE CONVERT(nvarchar(64), s.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[jenis_ptk] AS t JOIN [staging].[ref_jenis_ptk] AS s ON t.[jenis_ptk_id] = s.[jenis_ptk_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_ptk' AND d.[key] = CONVERT(nvarchar(64), s.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[jenis_ptk] ([jenis_ptk_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[jenis_ptk_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jenis_ptk] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_ptk' AND d.[key] = CONVERT(nvarchar(64), s.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[jenis_ptk_id] = s.[jenis_ptk_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_jenis_ptk] AS s JOIN [ref].[jenis_ptk] AS t ON t.[jenis_ptk_id] = s.[jenis_ptk_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_ptk] AS s WHERE CONVERT(nvarchar(64), s.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jenis_ptk' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_ptk] AS s WHERE CONVERT(nvarchar(64), s.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.jenis_ptk', CONVERT(nvarchar(64), s.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_jenis_ptk] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_jenis_ptk];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.jenis_ptk' AND EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS t WHERE t.[jenis_ptk_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jenis_ptk', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS t WHERE t.[jenis_ptk_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jenis_ptk' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.jenis_ptk' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS t WHERE t.[jenis_ptk_id] = TRY_CONVERT(smallint, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.jenis_ptk', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS t WHERE t.[jenis_ptk_id] = TRY_CONVERT(smallint, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.jenis_ptk' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.jenis_ptk' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_ptk' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS t WHERE t.[jenis_ptk_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.jenis_ptk', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.jenis_ptk' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_ptk' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS t WHERE t.[jenis_ptk_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[jenis_ptk] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[jenis_ptk_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_ptk] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[jenis_ptk] AS t JOIN [sync].[seen] AS s ON t.[jenis_ptk_id] = TRY_CONVERT(smallint, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[jenis_ptk] AS t ON t.[jenis_ptk_id] = TRY_CONVERT(smallint, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_ptk' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jenis_ptk', CONVERT(nvarchar(64), t.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[jenis_ptk] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jenis_ptk' AND h.[key] = CONVERT(nvarchar(64), t.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS t WHERE t.[jenis_ptk_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jenis_ptk' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS t WHERE t.[jenis_ptk_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jenis_ptk' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[jenis_ptk] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[jenis_ptk_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.jenis_ptk' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jenis_ptk' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[jenis_ptk] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[jenis_ptk]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS t WHERE CONVERT(nvarchar(64), t.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_ptk') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jenis_ptk_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[jenis_ptk] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jenis_ptk_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[jenis_ptk] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.status_kepegawaian: Status kepegawaian / Employment status
CREATE TABLE [ref].[status_kepegawaian] (
    [status_kepegawaian_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(120) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_status_kepegawaian] (
    [status_kepegawaian_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(120) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_status_kepegawaian] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepegawaian' AND EXISTS (SELECT 1 FROM [staging].[ref_status_kepegawaian] AS s WHERE CONVERT(nvarchar(64), s.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[status_kepegawaian] AS t JOIN [staging].[ref_status_kepegawaian] AS s ON t.[status_kepegawaian_id] = s.[status_kepegawaian_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepegawaian' AND d.[key] = CONVERT(nvarchar(64), s.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[status_kepegawaian] ([status_kepegawaian_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[status_kepegawaian_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_status_kepegawaian] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepegawaian' AND d.[key] = CONVERT(nvarchar(64), s.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[status_kepegawaian_id] = s.[status_kepegawaian_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_status_kepegawaian] AS s JOIN [ref].[status_kepegawaian] AS t ON t.[status_kepegawaian_id] = s.[status_kepegawaian_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepegawaian' AND EXISTS (SELECT 1 FROM [staging].[ref_status_kepegawaian] AS s WHERE CONVERT(nvarchar(64), s.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.status_kepegawaian' AND EXISTS (SELECT 1 FROM [staging].[ref_status_kepegawaian] AS s WHERE CONVERT(nvarchar(64), s.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.status_kepegawaian', CONVERT(nvarchar(64), s.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_status_kepegawaian] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_status_kepegawaian];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.status_kepegawaian' AND EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS t WHERE t.[status_kepegawaian_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.status_kepegawaian', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS t WHERE t.[status_kepegawaian_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.status_kepegawaian' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.status_kepegawaian' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS t WHERE t.[status_kepegawaian_id] = TRY_CONVERT(smallint, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.status_kepegawaian', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS t WHERE t.[status_kepegawaian_id] = TRY_CONVERT(smallint, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.status_kepegawaian' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepegawaian' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.status_kepegawaian' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepegawaian' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS t WHERE t.[status_kepegawaian_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.status_kepegawaian', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.status_kepegawaian' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepegawaian' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS t WHERE t.[status_kepegawaian_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[status_kepegawaian] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[status_kepegawaian_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[status_kepegawaian] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[status_kepegawaian] AS t JOIN [sync].[seen] AS s ON t.[status_kepegawaian_id] = TRY_CONVERT(smallint, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[status_kepegawaian] AS t ON t.[status_kepegawaian_id] = TRY_CONVERT(smallint, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepegawaian' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepegawaian' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.status_kepegawaian', CONVERT(nvarchar(64), t.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[status_kepegawaian] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.status_kepegawaian' AND h.[key] = CONVERT(nvarchar(64), t.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS t WHERE t.[status_kepegawaian_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.status_kepegawaian' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS t WHERE t.[status_kepegawaian_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.status_kepegawaian' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[status_kepegawaian] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[status_kepegawaian_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.status_kepegawaian' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.status_kepegawaian' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[status_kepegawaian] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[status_kepegawaian]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepegawaian' AND EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS t WHERE CONVERT(nvarchar(64), t.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepegawaian' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepegawaian') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepegawaian' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepegawaian' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[status_kepegawaian_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[status_kepegawaian] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[status_kepegawaian_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[status_kepegawaian] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepegawaian' AND q.[key] = CONVERT(nvarchar(64), t.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepegawaian' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepegawaian' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.jenis_keluar: Jenis keluar / Kind of leaving
CREATE TABLE [ref].[jenis_keluar] (
    [jenis_keluar_id] nvarchar(2) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    [nama] nvarchar(80) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_jenis_keluar] (
    [jenis_keluar_id] nvarchar(2) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    [nama] nvarchar(80) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_jenis_keluar] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_keluar' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_keluar] AS s WHERE CONVERT(nvarchar(64), s.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[jenis_keluar] AS t JOIN [staging].[ref_jenis_keluar] AS s ON t.[jenis_keluar_id] = s.[jenis_keluar_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_keluar' AND d.[key] = CONVERT(nvarchar(64), s.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[jenis_keluar] ([jenis_keluar_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[jenis_keluar_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jenis_keluar] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_keluar' AND d.[key] = CONVERT(nvarchar(64), s.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[jenis_keluar_id] = s.[jenis_keluar_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_jenis_keluar] AS s JOIN [ref].[jenis_keluar] AS t ON t.[jenis_keluar_id] = s.[jenis_keluar_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_keluar] AS s WHERE CONVERT(nvarchar(64), s.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jenis_keluar' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_keluar] AS s WHERE CONVERT(nvarchar(64), s.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.jenis_keluar', CONVERT(nvarchar(64), s.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_jenis_keluar] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_jenis_keluar];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.jenis_keluar' AND EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS t WHERE t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jenis_keluar', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS t WHERE t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jenis_keluar' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.jenis_keluar' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS t WHERE t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), d.[key]) COLLATE Latin1_General_100_BIN2);
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.jenis_keluar', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS t WHERE t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), d.[key]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.jenis_keluar' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.jenis_keluar' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_keluar' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS t WHERE t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), a.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.jenis_keluar', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.jenis_keluar' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_keluar' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS t WHERE t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), a.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[jenis_keluar] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_keluar] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[jenis_keluar] AS t JOIN [sync].[seen] AS s ON t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), s.[key]) COLLATE Latin1_General_100_BIN2 WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[jenis_keluar] AS t ON t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), s.[key]) COLLATE Latin1_General_100_BIN2 WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_keluar' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jenis_keluar', CONVERT(nvarchar(64), t.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[jenis_keluar] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jenis_keluar' AND h.[key] = CONVERT(nvarchar(64), t.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS t WHERE t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jenis_keluar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS t WHERE t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jenis_keluar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[jenis_keluar] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[jenis_keluar_id] = TRY_CONVERT(nvarchar(2), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.jenis_keluar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jenis_keluar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[jenis_keluar] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[jenis_keluar]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS t WHERE CONVERT(nvarchar(64), t.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_keluar') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jenis_keluar_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[jenis_keluar] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jenis_keluar_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[jenis_keluar] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.jenis_pendaftaran: Jenis pendaftaran / Kind of enrolment
CREATE TABLE [ref].[jenis_pendaftaran] (
    [jenis_pendaftaran_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(80) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_jenis_pendaftaran] (
    [jenis_pendaftaran_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(80) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_jenis_pendaftaran] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_pendaftaran' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_pendaftaran] AS s WHERE CONVERT(nvarchar(64), s.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[jenis_pendaftaran] AS t JOIN [staging].[ref_jenis_pendaftaran] AS s ON t.[jenis_pendaftaran_id] = s.[jenis_pendaftaran_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_pendaftaran' AND d.[key] = CONVERT(nvarchar(64), s.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[jenis_pendaftaran] ([jenis_pendaftaran_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[jenis_pendaftaran_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jenis_pendaftaran] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_pendaftaran' AND d.[key] = CONVERT(nvarchar(64), s.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[jenis_pendaftaran_id] = s.[jenis_pendaftaran_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_jenis_pendaftaran] AS s JOIN [ref].[jenis_pendaftaran] AS t ON t.[jenis_pendaftaran_id] = s.[jenis_pendaftaran_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_pendaftaran] AS s WHERE CONVERT(nvarchar(64), s.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jenis_pendaftaran' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_pendaftaran] AS s WHERE CONVERT(nvarchar(64), s.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.jenis_pendaftaran', CONVERT(nvarchar(64), s.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_jenis_pendaftaran] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_jenis_pendaftaran];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.jenis_pendaftaran' AND EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS t WHERE t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jenis_pendaftaran', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS t WHERE t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jenis_pendaftaran' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.jenis_pendaftaran' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS t WHERE t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.jenis_pendaftaran', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS t WHERE t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.jenis_pendaftaran' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.jenis_pendaftaran' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_pendaftaran' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS t WHERE t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.jenis_pendaftaran', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.jenis_pendaftaran' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_pendaftaran' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS t WHERE t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[jenis_pendaftaran] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_pendaftaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[jenis_pendaftaran] AS t JOIN [sync].[seen] AS s ON t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[jenis_pendaftaran] AS t ON t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_pendaftaran' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jenis_pendaftaran', CONVERT(nvarchar(64), t.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[jenis_pendaftaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jenis_pendaftaran' AND h.[key] = CONVERT(nvarchar(64), t.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS t WHERE t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jenis_pendaftaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS t WHERE t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jenis_pendaftaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[jenis_pendaftaran] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[jenis_pendaftaran_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.jenis_pendaftaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jenis_pendaftaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[jenis_pendaftaran] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[jenis_pendaftaran]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS t WHERE CONVERT(nvarchar(64), t.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_pendaftaran') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jenis_pendaftaran_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[jenis_pendaftaran] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jenis_pendaftaran_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[jenis_pendaftaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.kurikulum: Kurikulum / Curriculum
CREATE TABLE [ref].[kurikulum] (
    [kurikulum_id] int NOT NULL PRIMARY KEY,
    [nama] nvarchar(240) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_kurikulum] (
    [kurikulum_id] int NOT NULL PRIMARY KEY,
    [nama] nvarchar(240) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_kurikulum] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.kurikulum' AND EXISTS (SELECT 1 FROM [staging].[ref_kurikulum] AS s WHERE CONVERT(nvarchar(64), s.[kurikulum_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[kurikulum] AS t JOIN [staging].[ref_kurikulum] AS s ON t.[kurikulum_id] = s.[kurikulum_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.kurikulum' AND d.[key] = CONVERT(nvarchar(64), s.[kurikulum_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[kurikulum] ([kurikulum_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[kurikulum_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_kurikulum] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.kurikulum' AND d.[key] = CONVERT(nvarchar(64), s.[kurikulum_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[kurikulum] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[kurikulum_id] = s.[kurikulum_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_kurikulum] AS s JOIN [ref].[kurikulum] AS t ON t.[kurikulum_id] = s.[kurikulum_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.kurikulum' AND EXISTS (SELECT 1 FROM [staging].[ref_kurikulum] AS s WHERE CONVERT(nvarchar(64), s.[kurikulum_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.kurikulum' AND EXISTS (SELECT 1 FROM [staging].[ref_kurikulum] AS s WHERE CONVERT(nvarchar(64), s.[kurikulum_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.kurikulum', CONVERT(nvarchar(64), s.[kurikulum_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_kurikulum] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_kurikulum];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.kurikulum' AND EXISTS (SELECT 1 FROM [ref].[kurikulum] AS t WHERE t.[kurikulum_id] = TRY_CONVERT(int, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.kurikulum', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[kurikulum] AS t WHERE t.[kurikulum_id] = TRY_CONVERT(int, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.kurikulum' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.kurikulum' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[kurikulum] AS t WHERE t.[kurikulum_id] = TRY_CONVERT(int, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.kurikulum', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[kurikulum] AS t WHERE t.[kurikulum_id] = TRY_CONVERT(int, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.kurikulum' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.kurikulum' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.kurikulum' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.kurikulum' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[kurikulum] AS t WHERE t.[kurikulum_id] = TRY_CONVERT(int, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.kurikulum', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.kurikulum' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.kurikulum' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[kurikulum] AS t WHERE t.[kurikulum_id] = TRY_CONVERT(int, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[kurikulum] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[kurikulum_id] = TRY_CONVERT(int, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[kurikulum] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[kurikulum_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[kurikulum] AS t JOIN [sync].[seen] AS s ON t.[kurikulum_id] = TRY_CONVERT(int, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[kurikulum] AS t ON t.[kurikulum_id] = TRY_CONVERT(int, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.kurikulum' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.kurikulum' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.kurikulum', CONVERT(nvarchar(64), t.[kurikulum_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[kurikulum] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[kurikulum_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.kurikulum' AND h.[key] = CONVERT(nvarchar(64), t.[kurikulum_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[kurikulum] AS t WHERE t.[kurikulum_id] = TRY_CONVERT(int, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.kurikulum' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[kurikulum] AS t WHERE t.[kurikulum_id] = TRY_CONVERT(int, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.kurikulum' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[kurikulum] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[kurikulum_id] = TRY_CONVERT(int, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.kurikulum' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.kurikulum' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[kurikulum] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[kurikulum]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.kurikulum' AND EXISTS (SELECT 1 FROM [ref].[kurikulum] AS t WHERE CONVERT(nvarchar(64), t.[kurikulum_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.kurikulum' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.kurikulum') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.kurikulum' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.kurikulum' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[kurikulum_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[kurikulum] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[kurikulum_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[kurikulum] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.kurikulum' AND q.[key] = CONVERT(nvarchar(64), t.[kurikulum_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.kurikulum' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.kurikulum' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.mata_pelajaran: Mata pelajaran / Subject
CREATE TABLE [ref].[mata_pelajaran] (
    [mata_pelajaran_id] int NOT NULL PRIMARY KEY,
    [nama] nvarchar(160) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_mata_pelajaran] (
    [mata_pelajaran_id] int NOT NULL PRIMARY KEY,
    [nama] nvarchar(160) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_mata_pelajaran] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mata_pelajaran' AND EXISTS (SELECT 1 FROM [staging].[ref_mata_pelajaran] AS s WHERE CONVERT(nvarchar(64), s.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[mata_pelajaran] AS t JOIN [staging].[ref_mata_pelajaran] AS s ON t.[mata_pelajaran_id] = s.[mata_pelajaran_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mata_pelajaran' AND d.[key] = CONVERT(nvarchar(64), s.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[mata_pelajaran] ([mata_pelajaran_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[mata_pelajaran_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_mata_pelajaran] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mata_pelajaran' AND d.[key] = CONVERT(nvarchar(64), s.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[mata_pelajaran_id] = s.[mata_pelajaran_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_mata_pelajaran] AS s JOIN [ref].[mata_pelajaran] AS t ON t.[mata_pelajaran_id] = s.[mata_pelajaran_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mata_pelajaran' AND EXISTS (SELECT 1 FROM [staging].[ref_mata_pelajaran] AS s WHERE CONVERT(nvarchar(64), s.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.mata_pelajaran' AND EXISTS (SELECT 1 FROM [staging].[ref_mata_pelajaran] AS s WHERE CONVERT(nvarchar(64), s.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.mata_pelajaran', CONVERT(nvarchar(64), s.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_mata_pelajaran] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_mata_pelajaran];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.mata_pelajaran' AND EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS t WHERE t.[mata_pelajaran_id] = TRY_CONVERT(int, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.mata_pelajaran', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS t WHERE t.[mata_pelajaran_id] = TRY_CONVERT(int, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.mata_pelajaran' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.mata_pelajaran' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS t WHERE t.[mata_pelajaran_id] = TRY_CONVERT(int, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.mata_pelajaran', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS t WHERE t.[mata_pelajaran_id] = TRY_CONVERT(int, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.mata_pelajaran' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mata_pelajaran' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.mata_pelajaran' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mata_pelajaran' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS t WHERE t.[mata_pelajaran_id] = TRY_CONVERT(int, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.mata_pelajaran', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.mata_pelajaran' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mata_pelajaran' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS t WHERE t.[mata_pelajaran_id] = TRY_CONVERT(int, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[mata_pelajaran] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[mata_pelajaran_id] = TRY_CONVERT(int, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[mata_pelajaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[mata_pelajaran] AS t JOIN [sync].[seen] AS s ON t.[mata_pelajaran_id] = TRY_CONVERT(int, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[mata_pelajaran] AS t ON t.[mata_pelajaran_id] = TRY_CONVERT(int, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mata_pelajaran' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mata_pelajaran' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.mata_pelajaran', CONVERT(nvarchar(64), t.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[mata_pelajaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.mata_pelajaran' AND h.[key] = CONVERT(nvarchar(64), t.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS t WHERE t.[mata_pelajaran_id] = TRY_CONVERT(int, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.mata_pelajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS t WHERE t.[mata_pelajaran_id] = TRY_CONVERT(int, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.mata_pelajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[mata_pelajaran] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[mata_pelajaran_id] = TRY_CONVERT(int, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.mata_pelajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.mata_pelajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[mata_pelajaran] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[mata_pelajaran]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mata_pelajaran' AND EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS t WHERE CONVERT(nvarchar(64), t.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mata_pelajaran' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mata_pelajaran') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mata_pelajaran' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mata_pelajaran' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[mata_pelajaran_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[mata_pelajaran] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[mata_pelajaran_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[mata_pelajaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mata_pelajaran' AND q.[key] = CONVERT(nvarchar(64), t.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mata_pelajaran' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mata_pelajaran' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.jurusan: Jurusan / Field of study
CREATE TABLE [ref].[jurusan] (
    [jurusan_id] nvarchar(50) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    [nama] nvarchar(200) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_jurusan] (
    [jurusan_id] nvarchar(50) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    [nama] nvarchar(200) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_jurusan] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jurusan' AND EXISTS (SELECT 1 FROM [staging].[ref_jurusan] AS s WHERE CONVERT(nvarchar(64), s.[jurusan_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[jurusan] AS t JOIN [staging].[ref_jurusan] AS s ON t.[jurusan_id] = s.[jurusan_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jurusan' AND d.[key] = CONVERT(nvarchar(64), s.[jurusan_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[jurusan] ([jurusan_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[jurusan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jurusan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jurusan' AND d.[key] = CONVERT(nvarchar(64), s.[jurusan_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jurusan] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[jurusan_id] = s.[jurusan_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_jurusan] AS s JOIN [ref].[jurusan] AS t ON t.[jurusan_id] = s.[jurusan_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jurusan' AND EXISTS (SELECT 1 FROM [staging].[ref_jurusan] AS s WHERE CONVERT(nvarchar(64), s.[jurusan_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jurusan' AND EXISTS (SELECT 1 FROM [staging].[ref_jurusan] AS s WHERE CONVERT(nvarchar(64), s.[jurusan_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.jurusan', CONVERT(nvarchar(64), s.[jurusan_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_jurusan] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_jurusan];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.jurusan' AND EXISTS (SELECT 1 FROM [ref].[jurusan] AS t WHERE t.[jurusan_id] = TRY_CONVERT(nvarchar(50), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jurusan', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[jurusan] AS t WHERE t.[jurusan_id] = TRY_CONVERT(nvarchar(50), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jurusan' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.jurusan' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[jurusan] AS t WHERE t.[jurusan_id] = TRY_CONVERT(nvarchar(50), d.[key]) COLLATE Latin1_General_100_BIN2);
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.jurusan', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jurusan] AS t WHERE t.[jurusan_id] = TRY_CONVERT(nvarchar(50), d.[key]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.jurusan' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jurusan' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.jurusan' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jurusan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jurusan] AS t WHERE t.[jurusan_id] = TRY_CONVERT(nvarchar(50), a.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.jurusan', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.jurusan' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jurusan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jurusan] AS t WHERE t.[jurusan_id] = TRY_CONVERT(nvarchar(50), a.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[jurusan] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[jurusan_id] = TRY_CONVERT(nvarchar(50), d.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[jurusan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jurusan_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[jurusan] AS t JOIN [sync].[seen] AS s ON t.[jurusan_id] = TRY_CONVERT(nvarchar(50), s.[key]) COLLATE Latin1_General_100_BIN2 WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[jurusan] AS t ON t.[jurusan_id] = TRY_CONVERT(nvarchar(50), s.[key]) COLLATE Latin1_General_100_BIN2 WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jurusan' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jurusan' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jurusan', CONVERT(nvarchar(64), t.[jurusan_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[jurusan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jurusan_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jurusan' AND h.[key] = CONVERT(nvarchar(64), t.[jurusan_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[jurusan] AS t WHERE t.[jurusan_id] = TRY_CONVERT(nvarchar(50), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jurusan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[jurusan] AS t WHERE t.[jurusan_id] = TRY_CONVERT(nvarchar(50), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jurusan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[jurusan] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[jurusan_id] = TRY_CONVERT(nvarchar(50), h.[key]) COLLATE Latin1_General_100_BIN2 AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.jurusan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jurusan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[jurusan] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[jurusan]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jurusan' AND EXISTS (SELECT 1 FROM [ref].[jurusan] AS t WHERE CONVERT(nvarchar(64), t.[jurusan_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jurusan' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jurusan') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jurusan' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jurusan' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jurusan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[jurusan] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jurusan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[jurusan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jurusan' AND q.[key] = CONVERT(nvarchar(64), t.[jurusan_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jurusan' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jurusan' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.status_kepemilikan: Status kepemilikan / Ownership
CREATE TABLE [ref].[status_kepemilikan] (
    [status_kepemilikan_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(80) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_status_kepemilikan] (
    [status_kepemilikan_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(80) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_status_kepemilikan] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepemilikan' AND EXISTS (SELECT 1 FROM [staging].[ref_status_kepemilikan] AS s WHERE CONVERT(nvarchar(64), s.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[status_kepemilikan] AS t JOIN [staging].[ref_status_kepemilikan] AS s ON t.[status_kepemilikan_id] = s.[status_kepemilikan_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepemilikan' AND d.[key] = CONVERT(nvarchar(64), s.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[status_kepemilikan] ([status_kepemilikan_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[status_kepemilikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_status_kepemilikan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepemilikan' AND d.[key] = CONVERT(nvarchar(64), s.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[status_kepemilikan_id] = s.[status_kepemilikan_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_status_kepemilikan] AS s JOIN [ref].[status_kepemilikan] AS t ON t.[status_kepemilikan_id] = s.[status_kepemilikan_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND EXISTS (SELECT 1 FROM [staging].[ref_status_kepemilikan] AS s WHERE CONVERT(nvarchar(64), s.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.status_kepemilikan' AND EXISTS (SELECT 1 FROM [staging].[ref_status_kepemilikan] AS s WHERE CONVERT(nvarchar(64), s.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.status_kepemilikan', CONVERT(nvarchar(64), s.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_status_kepemilikan] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_status_kepemilikan];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.status_kepemilikan' AND EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS t WHERE t.[status_kepemilikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.status_kepemilikan', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS t WHERE t.[status_kepemilikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.status_kepemilikan' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.status_kepemilikan' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS t WHERE t.[status_kepemilikan_id] = TRY_CONVERT(smallint, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.status_kepemilikan', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS t WHERE t.[status_kepemilikan_id] = TRY_CONVERT(smallint, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.status_kepemilikan' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.status_kepemilikan' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepemilikan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS t WHERE t.[status_kepemilikan_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.status_kepemilikan', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.status_kepemilikan' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepemilikan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS t WHERE t.[status_kepemilikan_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[status_kepemilikan] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[status_kepemilikan_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[status_kepemilikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[status_kepemilikan] AS t JOIN [sync].[seen] AS s ON t.[status_kepemilikan_id] = TRY_CONVERT(smallint, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[status_kepemilikan] AS t ON t.[status_kepemilikan_id] = TRY_CONVERT(smallint, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepemilikan' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.status_kepemilikan', CONVERT(nvarchar(64), t.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[status_kepemilikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.status_kepemilikan' AND h.[key] = CONVERT(nvarchar(64), t.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS t WHERE t.[status_kepemilikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.status_kepemilikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS t WHERE t.[status_kepemilikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.status_kepemilikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[status_kepemilikan] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[status_kepemilikan_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.status_kepemilikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.status_kepemilikan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[status_kepemilikan] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[status_kepemilikan]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS t WHERE CONVERT(nvarchar(64), t.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepemilikan') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[status_kepemilikan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[status_kepemilikan] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[status_kepemilikan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[status_kepemilikan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND q.[key] = CONVERT(nvarchar(64), t.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ref.jenis_prasarana: Jenis prasarana / Kind of facility
CREATE TABLE [ref].[jenis_prasarana] (
    [jenis_prasarana_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(200) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ref_jenis_prasarana] (
    [jenis_prasarana_id] smallint NOT NULL PRIMARY KEY,
    [nama] nvarchar(200) NULL,
    [expired_date] datetimeoffset(6) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ref_jenis_prasarana] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_prasarana' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_prasarana] AS s WHERE CONVERT(nvarchar(64), s.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [expired_date] = s.[expired_date], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [ref].[jenis_prasarana] AS t JOIN [staging].[ref_jenis_prasarana] AS s ON t.[jenis_prasarana_id] = s.[jenis_prasarana_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_prasarana' AND d.[key] = CONVERT(nvarchar(64), s.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [ref].[jenis_prasarana] ([jenis_prasarana_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[jenis_prasarana_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jenis_prasarana] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_prasarana' AND d.[key] = CONVERT(nvarchar(64), s.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[jenis_prasarana_id] = s.[jenis_prasarana_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ref_jenis_prasarana] AS s JOIN [ref].[jenis_prasarana] AS t ON t.[jenis_prasarana_id] = s.[jenis_prasarana_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_prasarana] AS s WHERE CONVERT(nvarchar(64), s.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jenis_prasarana' AND EXISTS (SELECT 1 FROM [staging].[ref_jenis_prasarana] AS s WHERE CONVERT(nvarchar(64), s.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ref.jenis_prasarana', CONVERT(nvarchar(64), s.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2 FROM [staging].[ref_jenis_prasarana] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ref_jenis_prasarana];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ref.jenis_prasarana' AND EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS t WHERE t.[jenis_prasarana_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jenis_prasarana', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS t WHERE t.[jenis_prasarana_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jenis_prasarana' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ref.jenis_prasarana' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS t WHERE t.[jenis_prasarana_id] = TRY_CONVERT(smallint, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ref.jenis_prasarana', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS t WHERE t.[jenis_prasarana_id] = TRY_CONVERT(smallint, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ref.jenis_prasarana' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ref.jenis_prasarana' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_prasarana' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS t WHERE t.[jenis_prasarana_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ref.jenis_prasarana', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ref.jenis_prasarana' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_prasarana' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS t WHERE t.[jenis_prasarana_id] = TRY_CONVERT(smallint, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [ref].[jenis_prasarana] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[jenis_prasarana_id] = TRY_CONVERT(smallint, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_prasarana] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [ref].[jenis_prasarana] AS t JOIN [sync].[seen] AS s ON t.[jenis_prasarana_id] = TRY_CONVERT(smallint, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [ref].[jenis_prasarana] AS t ON t.[jenis_prasarana_id] = TRY_CONVERT(smallint, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_prasarana' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ref.jenis_prasarana', CONVERT(nvarchar(64), t.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [ref].[jenis_prasarana] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = CONVERT(nvarchar(64), t.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ref.jenis_prasarana' AND h.[key] = CONVERT(nvarchar(64), t.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS t WHERE t.[jenis_prasarana_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jenis_prasarana' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS t WHERE t.[jenis_prasarana_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ref.jenis_prasarana' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [ref].[jenis_prasarana] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[jenis_prasarana_id] = TRY_CONVERT(smallint, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ref.jenis_prasarana' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ref.jenis_prasarana' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- handed_over
UPDATE [ref].[jenis_prasarana] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [ref].[jenis_prasarana]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS t WHERE CONVERT(nvarchar(64), t.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_prasarana') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
SELECT CONVERT(nvarchar(64), NULL) AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jenis_prasarana_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [ref].[jenis_prasarana] AS t;
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(RTRIM(CONVERT(varchar(100), t.[jenis_prasarana_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [ref].[jenis_prasarana] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- sekolah: Satuan pendidikan / School
CREATE TABLE [backbone].[sekolah] (
    [sekolah_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [nama] nvarchar(200) NULL,
    [nama_nomenklatur] nvarchar(200) NULL,
    [nss] nvarchar(64) NULL,
    [npsn] nvarchar(64) NULL,
    [bentuk_pendidikan_id] smallint NULL,
    [alamat_jalan] nvarchar(160) NULL,
    [rt] smallint NULL,
    [rw] smallint NULL,
    [nama_dusun] nvarchar(120) NULL,
    [desa_kelurahan] nvarchar(120) NULL,
    [kode_wilayah] nvarchar(16) COLLATE Latin1_General_100_BIN2 NULL,
    [kode_pos] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [lintang] decimal(18,12) NULL,
    [bujur] decimal(18,12) NULL,
    [nomor_telepon] nvarchar(40) NULL,
    [nomor_fax] nvarchar(40) NULL,
    [email] nvarchar(120) NULL,
    [website] nvarchar(200) NULL,
    [status_sekolah] smallint NULL,
    [sk_pendirian_sekolah] nvarchar(160) NULL,
    [tanggal_sk_pendirian] date NULL,
    [status_kepemilikan_id] smallint NULL,
    [sk_izin_operasional] nvarchar(160) NULL,
    [tanggal_sk_izin_operasional] date NULL,
    [akreditasi] nvarchar(20) NULL,
    [keaktifan] smallint NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[sekolah] (
    [sekolah_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [nama] nvarchar(200) NULL,
    [nama_nomenklatur] nvarchar(200) NULL,
    [nss] nvarchar(64) NULL,
    [npsn] nvarchar(64) NULL,
    [bentuk_pendidikan_id] smallint NULL,
    [alamat_jalan] nvarchar(160) NULL,
    [rt] smallint NULL,
    [rw] smallint NULL,
    [nama_dusun] nvarchar(120) NULL,
    [desa_kelurahan] nvarchar(120) NULL,
    [kode_wilayah] nvarchar(16) COLLATE Latin1_General_100_BIN2 NULL,
    [kode_pos] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [lintang] decimal(18,12) NULL,
    [bujur] decimal(18,12) NULL,
    [nomor_telepon] nvarchar(40) NULL,
    [nomor_fax] nvarchar(40) NULL,
    [email] nvarchar(120) NULL,
    [website] nvarchar(200) NULL,
    [status_sekolah] smallint NULL,
    [sk_pendirian_sekolah] nvarchar(160) NULL,
    [tanggal_sk_pendirian] date NULL,
    [status_kepemilikan_id] smallint NULL,
    [sk_izin_operasional] nvarchar(160) NULL,
    [tanggal_sk_izin_operasional] date NULL,
    [akreditasi] nvarchar(20) NULL,
    [keaktifan] smallint NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[sekolah] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM [staging].[sekolah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [nama_nomenklatur] = s.[nama_nomenklatur], [nss] = s.[nss], [npsn] = s.[npsn], [bentuk_pendidikan_id] = s.[bentuk_pendidikan_id], [alamat_jalan] = s.[alamat_jalan], [rt] = s.[rt], [rw] = s.[rw], [nama_dusun] = s.[nama_dusun], [desa_kelurahan] = s.[desa_kelurahan], [kode_wilayah] = s.[kode_wilayah], [kode_pos] = s.[kode_pos], [lintang] = s.[lintang], [bujur] = s.[bujur], [nomor_telepon] = s.[nomor_telepon], [nomor_fax] = s.[nomor_fax], [email] = s.[email], [website] = s.[website], [status_sekolah] = s.[status_sekolah], [sk_pendirian_sekolah] = s.[sk_pendirian_sekolah], [tanggal_sk_pendirian] = s.[tanggal_sk_pendirian], [status_kepemilikan_id] = s.[status_kepemilikan_id], [sk_izin_operasional] = s.[sk_izin_operasional], [tanggal_sk_izin_operasional] = s.[tanggal_sk_izin_operasional], [akreditasi] = s.[akreditasi], [keaktifan] = s.[keaktifan], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[sekolah] AS t JOIN [staging].[sekolah] AS s ON t.[sekolah_id] = s.[sekolah_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), CONVERT(varbinary(max), s.[nama_nomenklatur]), CONVERT(varbinary(max), s.[nss]), CONVERT(varbinary(max), s.[npsn]), s.[bentuk_pendidikan_id], CONVERT(varbinary(max), s.[alamat_jalan]), s.[rt], s.[rw], CONVERT(varbinary(max), s.[nama_dusun]), CONVERT(varbinary(max), s.[desa_kelurahan]), CONVERT(varbinary(max), s.[kode_wilayah]), CONVERT(varbinary(max), s.[kode_pos]), s.[lintang], s.[bujur], CONVERT(varbinary(max), s.[nomor_telepon]), CONVERT(varbinary(max), s.[nomor_fax]), CONVERT(varbinary(max), s.[email]), CONVERT(varbinary(max), s.[website]), s.[status_sekolah], CONVERT(varbinary(max), s.[sk_pendirian_sekolah]), s.[tanggal_sk_pendirian], s.[status_kepemilikan_id], CONVERT(varbinary(max), s.[sk_izin_operasional]), s.[tanggal_sk_izin_operasional], CONVERT(varbinary(max), s.[akreditasi]), s.[keaktifan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), CONVERT(varbinary(max), t.[nama_nomenklatur]), CONVERT(varbinary(max), t.[nss]), CONVERT(varbinary(max), t.[npsn]), t.[bentuk_pendidikan_id], CONVERT(varbinary(max), t.[alamat_jalan]), t.[rt], t.[rw], CONVERT(varbinary(max), t.[nama_dusun]), CONVERT(varbinary(max), t.[desa_kelurahan]), CONVERT(varbinary(max), t.[kode_wilayah]), CONVERT(varbinary(max), t.[kode_pos]), t.[lintang], t.[bujur], CONVERT(varbinary(max), t.[nomor_telepon]), CONVERT(varbinary(max), t.[nomor_fax]), CONVERT(varbinary(max), t.[email]), CONVERT(varbinary(max), t.[website]), t.[status_sekolah], CONVERT(varbinary(max), t.[sk_pendirian_sekolah]), t.[tanggal_sk_pendirian], t.[status_kepemilikan_id], CONVERT(varbinary(max), t.[sk_izin_operasional]), t.[tanggal_sk_izin_operasional], CONVERT(varbinary(max), t.[akreditasi]), t.[keaktifan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[sekolah] ([sekolah_id], [nama], [nama_nomenklatur], [nss], [npsn], [bentuk_pendidikan_id], [alamat_jalan], [rt], [rw], [nama_dusun], [desa_kelurahan], [kode_wilayah], [kode_pos], [lintang], [bujur], [nomor_telepon], [nomor_fax], [email], [website], [status_sekolah], [sk_pendirian_sekolah], [tanggal_sk_pendirian], [status_kepemilikan_id], [sk_izin_operasional], [tanggal_sk_izin_operasional], [akreditasi], [keaktifan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[sekolah_id], s.[nama], s.[nama_nomenklatur], s.[nss], s.[npsn], s.[bentuk_pendidikan_id], s.[alamat_jalan], s.[rt], s.[rw], s.[nama_dusun], s.[desa_kelurahan], s.[kode_wilayah], s.[kode_pos], s.[lintang], s.[bujur], s.[nomor_telepon], s.[nomor_fax], s.[email], s.[website], s.[status_sekolah], s.[sk_pendirian_sekolah], s.[tanggal_sk_pendirian], s.[status_kepemilikan_id], s.[sk_izin_operasional], s.[tanggal_sk_izin_operasional], s.[akreditasi], s.[keaktifan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[sekolah] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[sekolah_id] = s.[sekolah_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[sekolah] AS s JOIN [backbone].[sekolah] AS t ON t.[sekolah_id] = s.[sekolah_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM [staging].[sekolah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM [staging].[sekolah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'sekolah', LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[sekolah] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[sekolah];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'sekolah', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'sekolah' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'sekolah' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'sekolah', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'sekolah' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'sekolah', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'sekolah' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[sekolah] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[sekolah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[sekolah] AS t JOIN [sync].[seen] AS s ON t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[sekolah] AS t ON t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'sekolah', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[sekolah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'sekolah' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'sekolah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'sekolah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[sekolah] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'sekolah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'sekolah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.bentuk_pendidikan_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[bentuk_pendidikan];
GO
-- orphans.bentuk_pendidikan_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'bentuk_pendidikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[bentuk_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS p WHERE p.[bentuk_pendidikan_id] = t.[bentuk_pendidikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'bentuk_pendidikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.bentuk_pendidikan_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'sekolah' AND o.[field] = N'bentuk_pendidikan_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[bentuk_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS p WHERE p.[bentuk_pendidikan_id] = t.[bentuk_pendidikan_id]));
GO
-- orphans.bentuk_pendidikan_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'bentuk_pendidikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[bentuk_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS p WHERE p.[bentuk_pendidikan_id] = t.[bentuk_pendidikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'bentuk_pendidikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'sekolah' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.bentuk_pendidikan_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'bentuk_pendidikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[bentuk_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS p WHERE p.[bentuk_pendidikan_id] = t.[bentuk_pendidikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'bentuk_pendidikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.bentuk_pendidikan' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[bentuk_pendidikan_id]);
GO
-- orphans.bentuk_pendidikan_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.bentuk_pendidikan' AND q.[key] = CONVERT(nvarchar(64), t.[bentuk_pendidikan_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[sekolah] AS t ON t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'sekolah' AND o.[field] = N'bentuk_pendidikan_id') AS x;
GO
-- orphans.kode_wilayah.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[mst_wilayah];
GO
-- orphans.kode_wilayah.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.kode_wilayah.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'sekolah' AND o.[field] = N'kode_wilayah' AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]));
GO
-- orphans.kode_wilayah.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'sekolah' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.kode_wilayah.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[kode_wilayah]);
GO
-- orphans.kode_wilayah.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[sekolah] AS t ON t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'sekolah' AND o.[field] = N'kode_wilayah') AS x;
GO
-- orphans.status_kepemilikan_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[status_kepemilikan];
GO
-- orphans.status_kepemilikan_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'status_kepemilikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[status_kepemilikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS p WHERE p.[status_kepemilikan_id] = t.[status_kepemilikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'status_kepemilikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.status_kepemilikan_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'sekolah' AND o.[field] = N'status_kepemilikan_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[status_kepemilikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS p WHERE p.[status_kepemilikan_id] = t.[status_kepemilikan_id]));
GO
-- orphans.status_kepemilikan_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'status_kepemilikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[status_kepemilikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS p WHERE p.[status_kepemilikan_id] = t.[status_kepemilikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'status_kepemilikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'sekolah' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.status_kepemilikan_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'sekolah', N'status_kepemilikan_id', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[sekolah] AS t WHERE t.[status_kepemilikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS p WHERE p.[status_kepemilikan_id] = t.[status_kepemilikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'sekolah' AND o.[field] = N'status_kepemilikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepemilikan' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[status_kepemilikan_id]);
GO
-- orphans.status_kepemilikan_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepemilikan' AND q.[key] = CONVERT(nvarchar(64), t.[status_kepemilikan_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[sekolah] AS t ON t.[sekolah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'sekolah' AND o.[field] = N'status_kepemilikan_id') AS x;
GO
-- evict.kode_wilayah.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[sekolah] AS t ON LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'sekolah' AND t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(nvarchar(16), v.[value]) COLLATE Latin1_General_100_BIN2 = t.[kode_wilayah]);
GO
-- evict.kode_wilayah.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'sekolah', LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[sekolah] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(nvarchar(16), v.[value]) COLLATE Latin1_General_100_BIN2 = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'sekolah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.kode_wilayah.2
DELETE t FROM [backbone].[sekolah] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(nvarchar(16), v.[value]) COLLATE Latin1_General_100_BIN2 = t.[kode_wilayah]);
GO
-- handed_over
UPDATE [backbone].[sekolah] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[sekolah]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[sekolah_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[sekolah] AS t LEFT JOIN [area] AS a ON a.[kode] = t.[kode_wilayah] GROUP BY a.[kecamatan];
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[sekolah_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[sekolah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- peserta_didik: Peserta didik / Student
CREATE TABLE [backbone].[peserta_didik] (
    [peserta_didik_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [nama] nvarchar(200) NULL,
    [jenis_kelamin] nvarchar(2) NULL,
    [nisn] nvarchar(64) NULL,
    [nik] nvarchar(64) NULL,
    [no_kk] nvarchar(64) NULL,
    [tempat_lahir] nvarchar(64) NULL,
    [tanggal_lahir] date NULL,
    [agama_id] smallint NULL,
    [kebutuhan_khusus_id] int NULL,
    [alamat_jalan] nvarchar(160) NULL,
    [rt] smallint NULL,
    [rw] smallint NULL,
    [nama_dusun] nvarchar(120) NULL,
    [desa_kelurahan] nvarchar(120) NULL,
    [kode_wilayah] nvarchar(16) COLLATE Latin1_General_100_BIN2 NULL,
    [kode_pos] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [lintang] decimal(18,12) NULL,
    [bujur] decimal(18,12) NULL,
    [jenis_tinggal_id] smallint NULL,
    [alat_transportasi_id] smallint NULL,
    [nomor_telepon_seluler] nvarchar(40) NULL,
    [email] nvarchar(120) NULL,
    [penerima_kps] smallint NULL,
    [penerima_kip] smallint NULL,
    [layak_pip] smallint NULL,
    [nama_ayah] nvarchar(200) NULL,
    [pekerjaan_id_ayah] smallint NULL,
    [penghasilan_id_ayah] smallint NULL,
    [nama_ibu_kandung] nvarchar(200) NULL,
    [pekerjaan_id_ibu] smallint NULL,
    [penghasilan_id_ibu] smallint NULL,
    [nama_wali] nvarchar(200) NULL,
    [kewarganegaraan] nvarchar(4) COLLATE Latin1_General_100_BIN2 NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[peserta_didik] (
    [peserta_didik_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [nama] nvarchar(200) NULL,
    [jenis_kelamin] nvarchar(2) NULL,
    [nisn] nvarchar(64) NULL,
    [nik] nvarchar(64) NULL,
    [no_kk] nvarchar(64) NULL,
    [tempat_lahir] nvarchar(64) NULL,
    [tanggal_lahir] date NULL,
    [agama_id] smallint NULL,
    [kebutuhan_khusus_id] int NULL,
    [alamat_jalan] nvarchar(160) NULL,
    [rt] smallint NULL,
    [rw] smallint NULL,
    [nama_dusun] nvarchar(120) NULL,
    [desa_kelurahan] nvarchar(120) NULL,
    [kode_wilayah] nvarchar(16) COLLATE Latin1_General_100_BIN2 NULL,
    [kode_pos] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [lintang] decimal(18,12) NULL,
    [bujur] decimal(18,12) NULL,
    [jenis_tinggal_id] smallint NULL,
    [alat_transportasi_id] smallint NULL,
    [nomor_telepon_seluler] nvarchar(40) NULL,
    [email] nvarchar(120) NULL,
    [penerima_kps] smallint NULL,
    [penerima_kip] smallint NULL,
    [layak_pip] smallint NULL,
    [nama_ayah] nvarchar(200) NULL,
    [pekerjaan_id_ayah] smallint NULL,
    [penghasilan_id_ayah] smallint NULL,
    [nama_ibu_kandung] nvarchar(200) NULL,
    [pekerjaan_id_ibu] smallint NULL,
    [penghasilan_id_ibu] smallint NULL,
    [nama_wali] nvarchar(200) NULL,
    [kewarganegaraan] nvarchar(4) COLLATE Latin1_General_100_BIN2 NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[peserta_didik] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM [staging].[peserta_didik] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [jenis_kelamin] = s.[jenis_kelamin], [nisn] = s.[nisn], [nik] = s.[nik], [no_kk] = s.[no_kk], [tempat_lahir] = s.[tempat_lahir], [tanggal_lahir] = s.[tanggal_lahir], [agama_id] = s.[agama_id], [kebutuhan_khusus_id] = s.[kebutuhan_khusus_id], [alamat_jalan] = s.[alamat_jalan], [rt] = s.[rt], [rw] = s.[rw], [nama_dusun] = s.[nama_dusun], [desa_kelurahan] = s.[desa_kelurahan], [kode_wilayah] = s.[kode_wilayah], [kode_pos] = s.[kode_pos], [lintang] = s.[lintang], [bujur] = s.[bujur], [jenis_tinggal_id] = s.[jenis_tinggal_id], [alat_transportasi_id] = s.[alat_transportasi_id], [nomor_telepon_seluler] = s.[nomor_telepon_seluler], [email] = s.[email], [penerima_kps] = s.[penerima_kps], [penerima_kip] = s.[penerima_kip], [layak_pip] = s.[layak_pip], [nama_ayah] = s.[nama_ayah], [pekerjaan_id_ayah] = s.[pekerjaan_id_ayah], [penghasilan_id_ayah] = s.[penghasilan_id_ayah], [nama_ibu_kandung] = s.[nama_ibu_kandung], [pekerjaan_id_ibu] = s.[pekerjaan_id_ibu], [penghasilan_id_ibu] = s.[penghasilan_id_ibu], [nama_wali] = s.[nama_wali], [kewarganegaraan] = s.[kewarganegaraan], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[peserta_didik] AS t JOIN [staging].[peserta_didik] AS s ON t.[peserta_didik_id] = s.[peserta_didik_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), CONVERT(varbinary(max), s.[jenis_kelamin]), CONVERT(varbinary(max), s.[nisn]), CONVERT(varbinary(max), s.[nik]), CONVERT(varbinary(max), s.[no_kk]), CONVERT(varbinary(max), s.[tempat_lahir]), s.[tanggal_lahir], s.[agama_id], s.[kebutuhan_khusus_id], CONVERT(varbinary(max), s.[alamat_jalan]), s.[rt], s.[rw], CONVERT(varbinary(max), s.[nama_dusun]), CONVERT(varbinary(max), s.[desa_kelurahan]), CONVERT(varbinary(max), s.[kode_wilayah]), CONVERT(varbinary(max), s.[kode_pos]), s.[lintang], s.[bujur], s.[jenis_tinggal_id], s.[alat_transportasi_id], CONVERT(varbinary(max), s.[nomor_telepon_seluler]), CONVERT(varbinary(max), s.[email]), s.[penerima_kps], s.[penerima_kip], s.[layak_pip], CONVERT(varbinary(max), s.[nama_ayah]), s.[pekerjaan_id_ayah], s.[penghasilan_id_ayah], CONVERT(varbinary(max), s.[nama_ibu_kandung]), s.[pekerjaan_id_ibu], s.[penghasilan_id_ibu], CONVERT(varbinary(max), s.[nama_wali]), CONVERT(varbinary(max), s.[kewarganegaraan]), s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), CONVERT(varbinary(max), t.[jenis_kelamin]), CONVERT(varbinary(max), t.[nisn]), CONVERT(varbinary(max), t.[nik]), CONVERT(varbinary(max), t.[no_kk]), CONVERT(varbinary(max), t.[tempat_lahir]), t.[tanggal_lahir], t.[agama_id], t.[kebutuhan_khusus_id], CONVERT(varbinary(max), t.[alamat_jalan]), t.[rt], t.[rw], CONVERT(varbinary(max), t.[nama_dusun]), CONVERT(varbinary(max), t.[desa_kelurahan]), CONVERT(varbinary(max), t.[kode_wilayah]), CONVERT(varbinary(max), t.[kode_pos]), t.[lintang], t.[bujur], t.[jenis_tinggal_id], t.[alat_transportasi_id], CONVERT(varbinary(max), t.[nomor_telepon_seluler]), CONVERT(varbinary(max), t.[email]), t.[penerima_kps], t.[penerima_kip], t.[layak_pip], CONVERT(varbinary(max), t.[nama_ayah]), t.[pekerjaan_id_ayah], t.[penghasilan_id_ayah], CONVERT(varbinary(max), t.[nama_ibu_kandung]), t.[pekerjaan_id_ibu], t.[penghasilan_id_ibu], CONVERT(varbinary(max), t.[nama_wali]), CONVERT(varbinary(max), t.[kewarganegaraan]), t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[peserta_didik] ([peserta_didik_id], [nama], [jenis_kelamin], [nisn], [nik], [no_kk], [tempat_lahir], [tanggal_lahir], [agama_id], [kebutuhan_khusus_id], [alamat_jalan], [rt], [rw], [nama_dusun], [desa_kelurahan], [kode_wilayah], [kode_pos], [lintang], [bujur], [jenis_tinggal_id], [alat_transportasi_id], [nomor_telepon_seluler], [email], [penerima_kps], [penerima_kip], [layak_pip], [nama_ayah], [pekerjaan_id_ayah], [penghasilan_id_ayah], [nama_ibu_kandung], [pekerjaan_id_ibu], [penghasilan_id_ibu], [nama_wali], [kewarganegaraan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[peserta_didik_id], s.[nama], s.[jenis_kelamin], s.[nisn], s.[nik], s.[no_kk], s.[tempat_lahir], s.[tanggal_lahir], s.[agama_id], s.[kebutuhan_khusus_id], s.[alamat_jalan], s.[rt], s.[rw], s.[nama_dusun], s.[desa_kelurahan], s.[kode_wilayah], s.[kode_pos], s.[lintang], s.[bujur], s.[jenis_tinggal_id], s.[alat_transportasi_id], s.[nomor_telepon_seluler], s.[email], s.[penerima_kps], s.[penerima_kip], s.[layak_pip], s.[nama_ayah], s.[pekerjaan_id_ayah], s.[penghasilan_id_ayah], s.[nama_ibu_kandung], s.[pekerjaan_id_ibu], s.[penghasilan_id_ibu], s.[nama_wali], s.[kewarganegaraan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[peserta_didik] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[peserta_didik_id] = s.[peserta_didik_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[peserta_didik] AS s JOIN [backbone].[peserta_didik] AS t ON t.[peserta_didik_id] = s.[peserta_didik_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM [staging].[peserta_didik] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM [staging].[peserta_didik] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'peserta_didik', LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[peserta_didik] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[peserta_didik];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'peserta_didik', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'peserta_didik' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'peserta_didik' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'peserta_didik', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'peserta_didik' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'peserta_didik' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'peserta_didik', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'peserta_didik' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[peserta_didik] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[peserta_didik] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[peserta_didik] AS t JOIN [sync].[seen] AS s ON t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[peserta_didik] AS t ON t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'peserta_didik', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[peserta_didik] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'peserta_didik' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[peserta_didik] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.agama_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[agama];
GO
-- orphans.agama_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'peserta_didik', N'agama_id', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[peserta_didik] AS t WHERE t.[agama_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS p WHERE p.[agama_id] = t.[agama_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'agama_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.agama_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'agama_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[agama_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS p WHERE p.[agama_id] = t.[agama_id]));
GO
-- orphans.agama_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'peserta_didik', N'agama_id', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[peserta_didik] AS t WHERE t.[agama_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS p WHERE p.[agama_id] = t.[agama_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'agama_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'peserta_didik' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.agama_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'peserta_didik', N'agama_id', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[peserta_didik] AS t WHERE t.[agama_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS p WHERE p.[agama_id] = t.[agama_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'agama_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.agama' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[agama_id]);
GO
-- orphans.agama_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND q.[key] = CONVERT(nvarchar(64), t.[agama_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[peserta_didik] AS t ON t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'agama_id') AS x;
GO
-- orphans.kode_wilayah.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[mst_wilayah];
GO
-- orphans.kode_wilayah.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'peserta_didik', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[peserta_didik] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.kode_wilayah.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'kode_wilayah' AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]));
GO
-- orphans.kode_wilayah.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'peserta_didik', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[peserta_didik] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'peserta_didik' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.kode_wilayah.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'peserta_didik', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[peserta_didik] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[kode_wilayah]);
GO
-- orphans.kode_wilayah.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[peserta_didik] AS t ON t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'peserta_didik' AND o.[field] = N'kode_wilayah') AS x;
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[peserta_didik] AS t ON LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'peserta_didik' AND (NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS e WHERE e.[peserta_didik_id] = t.[peserta_didik_id]) AND LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 NOT IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'peserta_didik', LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[peserta_didik] AS t WHERE (NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS e WHERE e.[peserta_didik_id] = t.[peserta_didik_id]) AND LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 NOT IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'peserta_didik' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[peserta_didik] AS t WHERE (NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS e WHERE e.[peserta_didik_id] = t.[peserta_didik_id]) AND LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 NOT IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v));
GO
-- earliest
SELECT MIN(q.[last_update]) AS [earliest] FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[reason] = ? AND EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS e WHERE LOWER(CONVERT(nvarchar(64), e.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = q.[key]);
GO
-- enrolled
SELECT DISTINCT LOWER(CONVERT(nvarchar(64), e.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 AS [key] FROM [backbone].[registrasi_peserta_didik] AS e WHERE e.[peserta_didik_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- handed_over
UPDATE [backbone].[peserta_didik] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[peserta_didik]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[peserta_didik_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[peserta_didik] AS t LEFT JOIN [area] AS a ON a.[kode] = t.[kode_wilayah] GROUP BY a.[kecamatan];
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[peserta_didik_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[peserta_didik] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[last_update] IS NULL) AS [unreadable];
GO
-- people.rows.peserta_didik_id
SELECT t.[peserta_didik_id], t.[nama], t.[jenis_kelamin], t.[nisn], t.[nik], t.[no_kk], t.[tempat_lahir], t.[tanggal_lahir], t.[agama_id], t.[kebutuhan_khusus_id], t.[alamat_jalan], t.[rt], t.[rw], t.[nama_dusun], t.[desa_kelurahan], t.[kode_wilayah], t.[kode_pos], t.[lintang], t.[bujur], t.[jenis_tinggal_id], t.[alat_transportasi_id], t.[nomor_telepon_seluler], t.[email], t.[penerima_kps], t.[penerima_kip], t.[layak_pip], t.[nama_ayah], t.[pekerjaan_id_ayah], t.[penghasilan_id_ayah], t.[nama_ibu_kandung], t.[pekerjaan_id_ibu], t.[penghasilan_id_ibu], t.[nama_wali], t.[kewarganegaraan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.remove
DELETE t FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.flags
SELECT t.[flags] FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nama
UPDATE [backbone].[peserta_didik] SET [nama] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.jenis_kelamin
UPDATE [backbone].[peserta_didik] SET [jenis_kelamin] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nisn
UPDATE [backbone].[peserta_didik] SET [nisn] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nik
UPDATE [backbone].[peserta_didik] SET [nik] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.no_kk
UPDATE [backbone].[peserta_didik] SET [no_kk] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.tempat_lahir
UPDATE [backbone].[peserta_didik] SET [tempat_lahir] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.tanggal_lahir
UPDATE [backbone].[peserta_didik] SET [tanggal_lahir] = CONVERT(date, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.agama_id
UPDATE [backbone].[peserta_didik] SET [agama_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.kebutuhan_khusus_id
UPDATE [backbone].[peserta_didik] SET [kebutuhan_khusus_id] = CONVERT(int, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.alamat_jalan
UPDATE [backbone].[peserta_didik] SET [alamat_jalan] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.rt
UPDATE [backbone].[peserta_didik] SET [rt] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.rw
UPDATE [backbone].[peserta_didik] SET [rw] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nama_dusun
UPDATE [backbone].[peserta_didik] SET [nama_dusun] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.desa_kelurahan
UPDATE [backbone].[peserta_didik] SET [desa_kelurahan] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.kode_wilayah
UPDATE [backbone].[peserta_didik] SET [kode_wilayah] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.kode_pos
UPDATE [backbone].[peserta_didik] SET [kode_pos] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.lintang
UPDATE [backbone].[peserta_didik] SET [lintang] = CONVERT(decimal(18,12), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.bujur
UPDATE [backbone].[peserta_didik] SET [bujur] = CONVERT(decimal(18,12), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.jenis_tinggal_id
UPDATE [backbone].[peserta_didik] SET [jenis_tinggal_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.alat_transportasi_id
UPDATE [backbone].[peserta_didik] SET [alat_transportasi_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nomor_telepon_seluler
UPDATE [backbone].[peserta_didik] SET [nomor_telepon_seluler] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.email
UPDATE [backbone].[peserta_didik] SET [email] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.penerima_kps
UPDATE [backbone].[peserta_didik] SET [penerima_kps] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.penerima_kip
UPDATE [backbone].[peserta_didik] SET [penerima_kip] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.layak_pip
UPDATE [backbone].[peserta_didik] SET [layak_pip] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nama_ayah
UPDATE [backbone].[peserta_didik] SET [nama_ayah] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.pekerjaan_id_ayah
UPDATE [backbone].[peserta_didik] SET [pekerjaan_id_ayah] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.penghasilan_id_ayah
UPDATE [backbone].[peserta_didik] SET [penghasilan_id_ayah] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nama_ibu_kandung
UPDATE [backbone].[peserta_didik] SET [nama_ibu_kandung] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.pekerjaan_id_ibu
UPDATE [backbone].[peserta_didik] SET [pekerjaan_id_ibu] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.penghasilan_id_ibu
UPDATE [backbone].[peserta_didik] SET [penghasilan_id_ibu] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nama_wali
UPDATE [backbone].[peserta_didik] SET [nama_wali] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.kewarganegaraan
UPDATE [backbone].[peserta_didik] SET [kewarganegaraan] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [peserta_didik_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.filled
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[nama]) AS [nama], COUNT_BIG(t.[jenis_kelamin]) AS [jenis_kelamin], COUNT_BIG(t.[nisn]) AS [nisn], COUNT_BIG(t.[nik]) AS [nik], COUNT_BIG(t.[no_kk]) AS [no_kk], COUNT_BIG(t.[tempat_lahir]) AS [tempat_lahir], COUNT_BIG(t.[tanggal_lahir]) AS [tanggal_lahir], COUNT_BIG(t.[agama_id]) AS [agama_id], COUNT_BIG(t.[kebutuhan_khusus_id]) AS [kebutuhan_khusus_id], COUNT_BIG(t.[alamat_jalan]) AS [alamat_jalan], COUNT_BIG(t.[rt]) AS [rt], COUNT_BIG(t.[rw]) AS [rw], COUNT_BIG(t.[nama_dusun]) AS [nama_dusun], COUNT_BIG(t.[desa_kelurahan]) AS [desa_kelurahan], COUNT_BIG(t.[kode_wilayah]) AS [kode_wilayah], COUNT_BIG(t.[kode_pos]) AS [kode_pos], COUNT_BIG(t.[lintang]) AS [lintang], COUNT_BIG(t.[bujur]) AS [bujur], COUNT_BIG(t.[jenis_tinggal_id]) AS [jenis_tinggal_id], COUNT_BIG(t.[alat_transportasi_id]) AS [alat_transportasi_id], COUNT_BIG(t.[nomor_telepon_seluler]) AS [nomor_telepon_seluler], COUNT_BIG(t.[email]) AS [email], COUNT_BIG(t.[penerima_kps]) AS [penerima_kps], COUNT_BIG(t.[penerima_kip]) AS [penerima_kip], COUNT_BIG(t.[layak_pip]) AS [layak_pip], COUNT_BIG(t.[nama_ayah]) AS [nama_ayah], COUNT_BIG(t.[pekerjaan_id_ayah]) AS [pekerjaan_id_ayah], COUNT_BIG(t.[penghasilan_id_ayah]) AS [penghasilan_id_ayah], COUNT_BIG(t.[nama_ibu_kandung]) AS [nama_ibu_kandung], COUNT_BIG(t.[pekerjaan_id_ibu]) AS [pekerjaan_id_ibu], COUNT_BIG(t.[penghasilan_id_ibu]) AS [penghasilan_id_ibu], COUNT_BIG(t.[nama_wali]) AS [nama_wali], COUNT_BIG(t.[kewarganegaraan]) AS [kewarganegaraan] FROM [backbone].[peserta_didik] AS t;
GO
-- people.filled.school
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[nama]) AS [nama], COUNT_BIG(t.[jenis_kelamin]) AS [jenis_kelamin], COUNT_BIG(t.[nisn]) AS [nisn], COUNT_BIG(t.[nik]) AS [nik], COUNT_BIG(t.[no_kk]) AS [no_kk], COUNT_BIG(t.[tempat_lahir]) AS [tempat_lahir], COUNT_BIG(t.[tanggal_lahir]) AS [tanggal_lahir], COUNT_BIG(t.[agama_id]) AS [agama_id], COUNT_BIG(t.[kebutuhan_khusus_id]) AS [kebutuhan_khusus_id], COUNT_BIG(t.[alamat_jalan]) AS [alamat_jalan], COUNT_BIG(t.[rt]) AS [rt], COUNT_BIG(t.[rw]) AS [rw], COUNT_BIG(t.[nama_dusun]) AS [nama_dusun], COUNT_BIG(t.[desa_kelurahan]) AS [desa_kelurahan], COUNT_BIG(t.[kode_wilayah]) AS [kode_wilayah], COUNT_BIG(t.[kode_pos]) AS [kode_pos], COUNT_BIG(t.[lintang]) AS [lintang], COUNT_BIG(t.[bujur]) AS [bujur], COUNT_BIG(t.[jenis_tinggal_id]) AS [jenis_tinggal_id], COUNT_BIG(t.[alat_transportasi_id]) AS [alat_transportasi_id], COUNT_BIG(t.[nomor_telepon_seluler]) AS [nomor_telepon_seluler], COUNT_BIG(t.[email]) AS [email], COUNT_BIG(t.[penerima_kps]) AS [penerima_kps], COUNT_BIG(t.[penerima_kip]) AS [penerima_kip], COUNT_BIG(t.[layak_pip]) AS [layak_pip], COUNT_BIG(t.[nama_ayah]) AS [nama_ayah], COUNT_BIG(t.[pekerjaan_id_ayah]) AS [pekerjaan_id_ayah], COUNT_BIG(t.[penghasilan_id_ayah]) AS [penghasilan_id_ayah], COUNT_BIG(t.[nama_ibu_kandung]) AS [nama_ibu_kandung], COUNT_BIG(t.[pekerjaan_id_ibu]) AS [pekerjaan_id_ibu], COUNT_BIG(t.[penghasilan_id_ibu]) AS [penghasilan_id_ibu], COUNT_BIG(t.[nama_wali]) AS [nama_wali], COUNT_BIG(t.[kewarganegaraan]) AS [kewarganegaraan] FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] IN (SELECT x.[peserta_didik_id] FROM [backbone].[registrasi_peserta_didik] AS x WHERE x.[sekolah_id] IN (SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] COLLATE Latin1_General_100_BIN2 = ?));
GO
-- people.named
SELECT LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 AS [key] FROM [backbone].[peserta_didik] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 = ? OR t.[nisn] COLLATE Latin1_General_100_BIN2 = ? OR t.[nik] COLLATE Latin1_General_100_BIN2 = ?;
GO
-- people.listed
SELECT t.[peserta_didik_id], t.[nama], t.[nama_wali], t.[nomor_telepon_seluler], t.[email], t.[alamat_jalan] FROM [backbone].[peserta_didik] AS t;
GO
-- people.listed.school
SELECT t.[peserta_didik_id], t.[nama], t.[nama_wali], t.[nomor_telepon_seluler], t.[email], t.[alamat_jalan] FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] IN (SELECT x.[peserta_didik_id] FROM [backbone].[registrasi_peserta_didik] AS x WHERE x.[sekolah_id] IN (SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] COLLATE Latin1_General_100_BIN2 = ?));
GO
-- people.departed
SELECT LOWER(CONVERT(nvarchar(64), e.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 AS [key] FROM [backbone].[registrasi_peserta_didik] AS e JOIN [backbone].[peserta_didik] AS p ON p.[peserta_didik_id] = e.[peserta_didik_id] GROUP BY e.[peserta_didik_id] HAVING MIN(CASE WHEN e.[tanggal_keluar] < CONVERT(date, ?) THEN 1 ELSE 0 END) = 1 ORDER BY MAX(e.[tanggal_keluar]) OFFSET 0 ROWS FETCH NEXT ? ROWS ONLY;
GO

-- registrasi_peserta_didik: Registrasi peserta didik / Enrolment
CREATE TABLE [backbone].[registrasi_peserta_didik] (
    [registrasi_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [peserta_didik_id] uniqueidentifier NULL,
    [sekolah_id] uniqueidentifier NULL,
    [jenis_pendaftaran_id] smallint NULL,
    [nipd] nvarchar(36) NULL,
    [tanggal_masuk_sekolah] date NULL,
    [jenis_keluar_id] nvarchar(2) COLLATE Latin1_General_100_BIN2 NULL,
    [tanggal_keluar] date NULL,
    [sekolah_asal] nvarchar(200) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE INDEX [registrasi_peserta_didik_peserta_didik_id_idx] ON [backbone].[registrasi_peserta_didik] ([peserta_didik_id]);
GO
CREATE INDEX [registrasi_peserta_didik_sekolah_id_idx] ON [backbone].[registrasi_peserta_didik] ([sekolah_id]);
GO
CREATE TABLE [staging].[registrasi_peserta_didik] (
    [registrasi_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [peserta_didik_id] uniqueidentifier NULL,
    [sekolah_id] uniqueidentifier NULL,
    [jenis_pendaftaran_id] smallint NULL,
    [nipd] nvarchar(36) NULL,
    [tanggal_masuk_sekolah] date NULL,
    [jenis_keluar_id] nvarchar(2) COLLATE Latin1_General_100_BIN2 NULL,
    [tanggal_keluar] date NULL,
    [sekolah_asal] nvarchar(200) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[registrasi_peserta_didik] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'registrasi_peserta_didik' AND EXISTS (SELECT 1 FROM [staging].[registrasi_peserta_didik] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[registrasi_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [peserta_didik_id] = s.[peserta_didik_id], [sekolah_id] = s.[sekolah_id], [jenis_pendaftaran_id] = s.[jenis_pendaftaran_id], [nipd] = s.[nipd], [tanggal_masuk_sekolah] = s.[tanggal_masuk_sekolah], [jenis_keluar_id] = s.[jenis_keluar_id], [tanggal_keluar] = s.[tanggal_keluar], [sekolah_asal] = s.[sekolah_asal], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[registrasi_peserta_didik] AS t JOIN [staging].[registrasi_peserta_didik] AS s ON t.[registrasi_id] = s.[registrasi_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'registrasi_peserta_didik' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[registrasi_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT s.[peserta_didik_id], s.[sekolah_id], s.[jenis_pendaftaran_id], CONVERT(varbinary(max), s.[nipd]), s.[tanggal_masuk_sekolah], CONVERT(varbinary(max), s.[jenis_keluar_id]), s.[tanggal_keluar], CONVERT(varbinary(max), s.[sekolah_asal]), s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[peserta_didik_id], t.[sekolah_id], t.[jenis_pendaftaran_id], CONVERT(varbinary(max), t.[nipd]), t.[tanggal_masuk_sekolah], CONVERT(varbinary(max), t.[jenis_keluar_id]), t.[tanggal_keluar], CONVERT(varbinary(max), t.[sekolah_asal]), t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[registrasi_peserta_didik] ([registrasi_id], [peserta_didik_id], [sekolah_id], [jenis_pendaftaran_id], [nipd], [tanggal_masuk_sekolah], [jenis_keluar_id], [tanggal_keluar], [sekolah_asal], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[registrasi_id], s.[peserta_didik_id], s.[sekolah_id], s.[jenis_pendaftaran_id], s.[nipd], s.[tanggal_masuk_sekolah], s.[jenis_keluar_id], s.[tanggal_keluar], s.[sekolah_asal], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[registrasi_peserta_didik] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'registrasi_peserta_didik' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[registrasi_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[registrasi_id] = s.[registrasi_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[registrasi_peserta_didik] AS s JOIN [backbone].[registrasi_peserta_didik] AS t ON t.[registrasi_id] = s.[registrasi_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'registrasi_peserta_didik' AND EXISTS (SELECT 1 FROM [staging].[registrasi_peserta_didik] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[registrasi_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'registrasi_peserta_didik' AND EXISTS (SELECT 1 FROM [staging].[registrasi_peserta_didik] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[registrasi_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'registrasi_peserta_didik', LOWER(CONVERT(nvarchar(64), s.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[registrasi_peserta_didik] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[registrasi_peserta_didik];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'registrasi_peserta_didik' AND EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'registrasi_peserta_didik', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'registrasi_peserta_didik' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'registrasi_peserta_didik' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'registrasi_peserta_didik', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'registrasi_peserta_didik' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'registrasi_peserta_didik' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'registrasi_peserta_didik' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'registrasi_peserta_didik', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'registrasi_peserta_didik' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'registrasi_peserta_didik' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[registrasi_peserta_didik] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[registrasi_peserta_didik] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[registrasi_peserta_didik] AS t JOIN [sync].[seen] AS s ON t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[registrasi_peserta_didik] AS t ON t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'registrasi_peserta_didik' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'registrasi_peserta_didik' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'registrasi_peserta_didik', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[registrasi_peserta_didik] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'registrasi_peserta_didik' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'registrasi_peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'registrasi_peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[registrasi_peserta_didik] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'registrasi_peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'registrasi_peserta_didik' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.peserta_didik_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[peserta_didik];
GO
-- orphans.peserta_didik_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'peserta_didik_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'peserta_didik_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.peserta_didik_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'peserta_didik_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]));
GO
-- orphans.peserta_didik_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'peserta_didik_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'peserta_didik_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'registrasi_peserta_didik' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.peserta_didik_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'peserta_didik_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'peserta_didik_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[peserta_didik_id]);
GO
-- orphans.peserta_didik_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[registrasi_peserta_didik] AS t ON t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'peserta_didik_id') AS x;
GO
-- orphans.sekolah_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[sekolah];
GO
-- orphans.sekolah_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'sekolah_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]));
GO
-- orphans.sekolah_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'registrasi_peserta_didik' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[sekolah_id]);
GO
-- orphans.sekolah_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[registrasi_peserta_didik] AS t ON t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'sekolah_id') AS x;
GO
-- orphans.jenis_pendaftaran_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_pendaftaran];
GO
-- orphans.jenis_pendaftaran_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'jenis_pendaftaran_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'jenis_pendaftaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_pendaftaran_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'jenis_pendaftaran_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]));
GO
-- orphans.jenis_pendaftaran_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'jenis_pendaftaran_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'jenis_pendaftaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'registrasi_peserta_didik' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_pendaftaran_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'jenis_pendaftaran_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'jenis_pendaftaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_pendaftaran' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[jenis_pendaftaran_id]);
GO
-- orphans.jenis_pendaftaran_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[registrasi_peserta_didik] AS t ON t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'jenis_pendaftaran_id') AS x;
GO
-- orphans.jenis_keluar_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_keluar];
GO
-- orphans.jenis_keluar_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'jenis_keluar_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[jenis_keluar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS p WHERE p.[jenis_keluar_id] = t.[jenis_keluar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'jenis_keluar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_keluar_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'jenis_keluar_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[jenis_keluar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS p WHERE p.[jenis_keluar_id] = t.[jenis_keluar_id]));
GO
-- orphans.jenis_keluar_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'jenis_keluar_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[jenis_keluar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS p WHERE p.[jenis_keluar_id] = t.[jenis_keluar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'jenis_keluar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'registrasi_peserta_didik' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_keluar_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'registrasi_peserta_didik', N'jenis_keluar_id', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[jenis_keluar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS p WHERE p.[jenis_keluar_id] = t.[jenis_keluar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'jenis_keluar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_keluar' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(2), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[jenis_keluar_id]);
GO
-- orphans.jenis_keluar_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[registrasi_peserta_didik] AS t ON t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'registrasi_peserta_didik' AND o.[field] = N'jenis_keluar_id') AS x;
GO
-- evict.sekolah_id.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[registrasi_peserta_didik] AS t ON LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'registrasi_peserta_didik' AND t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- evict.sekolah_id.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'registrasi_peserta_didik', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'registrasi_peserta_didik' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.sekolah_id.2
DELETE t FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[registrasi_peserta_didik] AS t ON LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'registrasi_peserta_didik' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'registrasi_peserta_didik', LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[registrasi_peserta_didik] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'registrasi_peserta_didik' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[registrasi_peserta_didik] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2));
GO
-- handed_over
UPDATE [backbone].[registrasi_peserta_didik] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[registrasi_peserta_didik]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'registrasi_peserta_didik' AND EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'registrasi_peserta_didik' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'registrasi_peserta_didik') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'registrasi_peserta_didik' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'registrasi_peserta_didik' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[registrasi_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[registrasi_peserta_didik] AS t LEFT JOIN [backbone].[sekolah] AS p1 ON p1.[sekolah_id] = t.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p1.[kode_wilayah] GROUP BY a.[kecamatan];
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[registrasi_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[registrasi_peserta_didik] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'registrasi_peserta_didik' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[registrasi_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'registrasi_peserta_didik' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'registrasi_peserta_didik' AND q.[last_update] IS NULL) AS [unreadable];
GO
-- people.rows.registrasi_id
SELECT t.[registrasi_id], t.[peserta_didik_id], t.[sekolah_id], t.[jenis_pendaftaran_id], t.[nipd], t.[tanggal_masuk_sekolah], t.[jenis_keluar_id], t.[tanggal_keluar], t.[sekolah_asal], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.rows.peserta_didik_id
SELECT t.[registrasi_id], t.[peserta_didik_id], t.[sekolah_id], t.[jenis_pendaftaran_id], t.[nipd], t.[tanggal_masuk_sekolah], t.[jenis_keluar_id], t.[tanggal_keluar], t.[sekolah_asal], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[peserta_didik_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.remove
DELETE t FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.flags
SELECT t.[flags] FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.jenis_pendaftaran_id
UPDATE [backbone].[registrasi_peserta_didik] SET [jenis_pendaftaran_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [registrasi_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nipd
UPDATE [backbone].[registrasi_peserta_didik] SET [nipd] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [registrasi_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.tanggal_masuk_sekolah
UPDATE [backbone].[registrasi_peserta_didik] SET [tanggal_masuk_sekolah] = CONVERT(date, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [registrasi_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.jenis_keluar_id
UPDATE [backbone].[registrasi_peserta_didik] SET [jenis_keluar_id] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [registrasi_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.tanggal_keluar
UPDATE [backbone].[registrasi_peserta_didik] SET [tanggal_keluar] = CONVERT(date, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [registrasi_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.sekolah_asal
UPDATE [backbone].[registrasi_peserta_didik] SET [sekolah_asal] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [registrasi_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.filled
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[jenis_pendaftaran_id]) AS [jenis_pendaftaran_id], COUNT_BIG(t.[nipd]) AS [nipd], COUNT_BIG(t.[tanggal_masuk_sekolah]) AS [tanggal_masuk_sekolah], COUNT_BIG(t.[jenis_keluar_id]) AS [jenis_keluar_id], COUNT_BIG(t.[tanggal_keluar]) AS [tanggal_keluar], COUNT_BIG(t.[sekolah_asal]) AS [sekolah_asal] FROM [backbone].[registrasi_peserta_didik] AS t;
GO
-- people.filled.school
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[jenis_pendaftaran_id]) AS [jenis_pendaftaran_id], COUNT_BIG(t.[nipd]) AS [nipd], COUNT_BIG(t.[tanggal_masuk_sekolah]) AS [tanggal_masuk_sekolah], COUNT_BIG(t.[jenis_keluar_id]) AS [jenis_keluar_id], COUNT_BIG(t.[tanggal_keluar]) AS [tanggal_keluar], COUNT_BIG(t.[sekolah_asal]) AS [sekolah_asal] FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[sekolah_id] IN (SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] COLLATE Latin1_General_100_BIN2 = ?);
GO

-- ptk: Pendidik dan tenaga kependidikan / Educator or education staff
CREATE TABLE [backbone].[ptk] (
    [ptk_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [nama] nvarchar(200) NULL,
    [nip] nvarchar(64) NULL,
    [jenis_kelamin] nvarchar(2) NULL,
    [tempat_lahir] nvarchar(64) NULL,
    [tanggal_lahir] date NULL,
    [nik] nvarchar(64) NULL,
    [nuptk] nvarchar(64) NULL,
    [status_kepegawaian_id] smallint NULL,
    [jenis_ptk_id] smallint NULL,
    [agama_id] smallint NULL,
    [alamat_jalan] nvarchar(160) NULL,
    [desa_kelurahan] nvarchar(120) NULL,
    [kode_wilayah] nvarchar(16) COLLATE Latin1_General_100_BIN2 NULL,
    [no_hp] nvarchar(40) NULL,
    [email] nvarchar(120) NULL,
    [status_keaktifan_id] smallint NULL,
    [pangkat_golongan_id] smallint NULL,
    [sumber_gaji_id] smallint NULL,
    [kewarganegaraan] nvarchar(4) COLLATE Latin1_General_100_BIN2 NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE TABLE [staging].[ptk] (
    [ptk_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [nama] nvarchar(200) NULL,
    [nip] nvarchar(64) NULL,
    [jenis_kelamin] nvarchar(2) NULL,
    [tempat_lahir] nvarchar(64) NULL,
    [tanggal_lahir] date NULL,
    [nik] nvarchar(64) NULL,
    [nuptk] nvarchar(64) NULL,
    [status_kepegawaian_id] smallint NULL,
    [jenis_ptk_id] smallint NULL,
    [agama_id] smallint NULL,
    [alamat_jalan] nvarchar(160) NULL,
    [desa_kelurahan] nvarchar(120) NULL,
    [kode_wilayah] nvarchar(16) COLLATE Latin1_General_100_BIN2 NULL,
    [no_hp] nvarchar(40) NULL,
    [email] nvarchar(120) NULL,
    [status_keaktifan_id] smallint NULL,
    [pangkat_golongan_id] smallint NULL,
    [sumber_gaji_id] smallint NULL,
    [kewarganegaraan] nvarchar(4) COLLATE Latin1_General_100_BIN2 NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ptk] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk' AND EXISTS (SELECT 1 FROM [staging].[ptk] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[ptk_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [nama] = s.[nama], [nip] = s.[nip], [jenis_kelamin] = s.[jenis_kelamin], [tempat_lahir] = s.[tempat_lahir], [tanggal_lahir] = s.[tanggal_lahir], [nik] = s.[nik], [nuptk] = s.[nuptk], [status_kepegawaian_id] = s.[status_kepegawaian_id], [jenis_ptk_id] = s.[jenis_ptk_id], [agama_id] = s.[agama_id], [alamat_jalan] = s.[alamat_jalan], [desa_kelurahan] = s.[desa_kelurahan], [kode_wilayah] = s.[kode_wilayah], [no_hp] = s.[no_hp], [email] = s.[email], [status_keaktifan_id] = s.[status_keaktifan_id], [pangkat_golongan_id] = s.[pangkat_golongan_id], [sumber_gaji_id] = s.[sumber_gaji_id], [kewarganegaraan] = s.[kewarganegaraan], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[ptk] AS t JOIN [staging].[ptk] AS s ON t.[ptk_id] = s.[ptk_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[ptk_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), CONVERT(varbinary(max), s.[nip]), CONVERT(varbinary(max), s.[jenis_kelamin]), CONVERT(varbinary(max), s.[tempat_lahir]), s.[tanggal_lahir], CONVERT(varbinary(max), s.[nik]), CONVERT(varbinary(max), s.[nuptk]), s.[status_kepegawaian_id], s.[jenis_ptk_id], s.[agama_id], CONVERT(varbinary(max), s.[alamat_jalan]), CONVERT(varbinary(max), s.[desa_kelurahan]), CONVERT(varbinary(max), s.[kode_wilayah]), CONVERT(varbinary(max), s.[no_hp]), CONVERT(varbinary(max), s.[email]), s.[status_keaktifan_id], s.[pangkat_golongan_id], s.[sumber_gaji_id], CONVERT(varbinary(max), s.[kewarganegaraan]), s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), CONVERT(varbinary(max), t.[nip]), CONVERT(varbinary(max), t.[jenis_kelamin]), CONVERT(varbinary(max), t.[tempat_lahir]), t.[tanggal_lahir], CONVERT(varbinary(max), t.[nik]), CONVERT(varbinary(max), t.[nuptk]), t.[status_kepegawaian_id], t.[jenis_ptk_id], t.[agama_id], CONVERT(varbinary(max), t.[alamat_jalan]), CONVERT(varbinary(max), t.[desa_kelurahan]), CONVERT(varbinary(max), t.[kode_wilayah]), CONVERT(varbinary(max), t.[no_hp]), CONVERT(varbinary(max), t.[email]), t.[status_keaktifan_id], t.[pangkat_golongan_id], t.[sumber_gaji_id], CONVERT(varbinary(max), t.[kewarganegaraan]), t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[ptk] ([ptk_id], [nama], [nip], [jenis_kelamin], [tempat_lahir], [tanggal_lahir], [nik], [nuptk], [status_kepegawaian_id], [jenis_ptk_id], [agama_id], [alamat_jalan], [desa_kelurahan], [kode_wilayah], [no_hp], [email], [status_keaktifan_id], [pangkat_golongan_id], [sumber_gaji_id], [kewarganegaraan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[ptk_id], s.[nama], s.[nip], s.[jenis_kelamin], s.[tempat_lahir], s.[tanggal_lahir], s.[nik], s.[nuptk], s.[status_kepegawaian_id], s.[jenis_ptk_id], s.[agama_id], s.[alamat_jalan], s.[desa_kelurahan], s.[kode_wilayah], s.[no_hp], s.[email], s.[status_keaktifan_id], s.[pangkat_golongan_id], s.[sumber_gaji_id], s.[kewarganegaraan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ptk] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[ptk_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[ptk_id] = s.[ptk_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ptk] AS s JOIN [backbone].[ptk] AS t ON t.[ptk_id] = s.[ptk_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND EXISTS (SELECT 1 FROM [staging].[ptk] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[ptk_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ptk' AND EXISTS (SELECT 1 FROM [staging].[ptk] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[ptk_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ptk', LOWER(CONVERT(nvarchar(64), s.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[ptk] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ptk];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ptk' AND EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ptk', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ptk' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ptk' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ptk', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ptk' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ptk', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ptk' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[ptk] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[ptk] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[ptk] AS t JOIN [sync].[seen] AS s ON t.[ptk_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[ptk] AS t ON t.[ptk_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ptk', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[ptk] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ptk' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ptk' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ptk' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[ptk] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ptk' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ptk' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.status_kepegawaian_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[status_kepegawaian];
GO
-- orphans.status_kepegawaian_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'status_kepegawaian_id', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[status_kepegawaian_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS p WHERE p.[status_kepegawaian_id] = t.[status_kepegawaian_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'status_kepegawaian_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.status_kepegawaian_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ptk' AND o.[field] = N'status_kepegawaian_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[status_kepegawaian_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS p WHERE p.[status_kepegawaian_id] = t.[status_kepegawaian_id]));
GO
-- orphans.status_kepegawaian_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'status_kepegawaian_id', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[status_kepegawaian_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS p WHERE p.[status_kepegawaian_id] = t.[status_kepegawaian_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'status_kepegawaian_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ptk' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.status_kepegawaian_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'status_kepegawaian_id', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[status_kepegawaian_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS p WHERE p.[status_kepegawaian_id] = t.[status_kepegawaian_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'status_kepegawaian_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.status_kepegawaian' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[status_kepegawaian_id]);
GO
-- orphans.status_kepegawaian_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.status_kepegawaian' AND q.[key] = CONVERT(nvarchar(64), t.[status_kepegawaian_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ptk] AS t ON t.[ptk_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ptk' AND o.[field] = N'status_kepegawaian_id') AS x;
GO
-- orphans.jenis_ptk_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_ptk];
GO
-- orphans.jenis_ptk_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'jenis_ptk_id', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[jenis_ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS p WHERE p.[jenis_ptk_id] = t.[jenis_ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'jenis_ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_ptk_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ptk' AND o.[field] = N'jenis_ptk_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[jenis_ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS p WHERE p.[jenis_ptk_id] = t.[jenis_ptk_id]));
GO
-- orphans.jenis_ptk_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'jenis_ptk_id', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[jenis_ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS p WHERE p.[jenis_ptk_id] = t.[jenis_ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'jenis_ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ptk' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_ptk_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'jenis_ptk_id', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[jenis_ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS p WHERE p.[jenis_ptk_id] = t.[jenis_ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'jenis_ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_ptk' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[jenis_ptk_id]);
GO
-- orphans.jenis_ptk_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ptk] AS t ON t.[ptk_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ptk' AND o.[field] = N'jenis_ptk_id') AS x;
GO
-- orphans.agama_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[agama];
GO
-- orphans.agama_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'agama_id', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[agama_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS p WHERE p.[agama_id] = t.[agama_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'agama_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.agama_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ptk' AND o.[field] = N'agama_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[agama_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS p WHERE p.[agama_id] = t.[agama_id]));
GO
-- orphans.agama_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'agama_id', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[agama_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS p WHERE p.[agama_id] = t.[agama_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'agama_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ptk' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.agama_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'agama_id', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[agama_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[agama] AS p WHERE p.[agama_id] = t.[agama_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'agama_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.agama' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[agama_id]);
GO
-- orphans.agama_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.agama' AND q.[key] = CONVERT(nvarchar(64), t.[agama_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ptk] AS t ON t.[ptk_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ptk' AND o.[field] = N'agama_id') AS x;
GO
-- orphans.kode_wilayah.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[mst_wilayah];
GO
-- orphans.kode_wilayah.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.kode_wilayah.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ptk' AND o.[field] = N'kode_wilayah' AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]));
GO
-- orphans.kode_wilayah.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ptk' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.kode_wilayah.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk', N'kode_wilayah', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk] AS t WHERE t.[kode_wilayah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS p WHERE p.[kode_wilayah] = t.[kode_wilayah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk' AND o.[field] = N'kode_wilayah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mst_wilayah' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[kode_wilayah]);
GO
-- orphans.kode_wilayah.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mst_wilayah' AND q.[key] = CONVERT(nvarchar(64), t.[kode_wilayah]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ptk] AS t ON t.[ptk_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ptk' AND o.[field] = N'kode_wilayah') AS x;
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[ptk] AS t ON LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'ptk' AND (NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS e WHERE e.[ptk_id] = t.[ptk_id]) AND LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 NOT IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'ptk', LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[ptk] AS t WHERE (NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS e WHERE e.[ptk_id] = t.[ptk_id]) AND LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 NOT IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ptk' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[ptk] AS t WHERE (NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS e WHERE e.[ptk_id] = t.[ptk_id]) AND LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 NOT IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v));
GO
-- earliest
SELECT MIN(q.[last_update]) AS [earliest] FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND q.[reason] = ? AND EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS e WHERE LOWER(CONVERT(nvarchar(64), e.[ptk_id])) COLLATE Latin1_General_100_BIN2 = q.[key]);
GO
-- enrolled
SELECT DISTINCT LOWER(CONVERT(nvarchar(64), e.[ptk_id])) COLLATE Latin1_General_100_BIN2 AS [key] FROM [backbone].[ptk_terdaftar] AS e WHERE e.[ptk_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- handed_over
UPDATE [backbone].[ptk] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[ptk]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[ptk_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[ptk] AS t LEFT JOIN [area] AS a ON a.[kode] = t.[kode_wilayah] GROUP BY a.[kecamatan];
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[ptk_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[ptk] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND q.[last_update] IS NULL) AS [unreadable];
GO
-- people.rows.ptk_id
SELECT t.[ptk_id], t.[nama], t.[nip], t.[jenis_kelamin], t.[tempat_lahir], t.[tanggal_lahir], t.[nik], t.[nuptk], t.[status_kepegawaian_id], t.[jenis_ptk_id], t.[agama_id], t.[alamat_jalan], t.[desa_kelurahan], t.[kode_wilayah], t.[no_hp], t.[email], t.[status_keaktifan_id], t.[pangkat_golongan_id], t.[sumber_gaji_id], t.[kewarganegaraan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[ptk] AS t WHERE t.[ptk_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.remove
DELETE t FROM [backbone].[ptk] AS t WHERE t.[ptk_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.flags
SELECT t.[flags] FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nama
UPDATE [backbone].[ptk] SET [nama] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nip
UPDATE [backbone].[ptk] SET [nip] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.jenis_kelamin
UPDATE [backbone].[ptk] SET [jenis_kelamin] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.tempat_lahir
UPDATE [backbone].[ptk] SET [tempat_lahir] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.tanggal_lahir
UPDATE [backbone].[ptk] SET [tanggal_lahir] = CONVERT(date, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nik
UPDATE [backbone].[ptk] SET [nik] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nuptk
UPDATE [backbone].[ptk] SET [nuptk] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.status_kepegawaian_id
UPDATE [backbone].[ptk] SET [status_kepegawaian_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.jenis_ptk_id
UPDATE [backbone].[ptk] SET [jenis_ptk_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.agama_id
UPDATE [backbone].[ptk] SET [agama_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.alamat_jalan
UPDATE [backbone].[ptk] SET [alamat_jalan] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.desa_kelurahan
UPDATE [backbone].[ptk] SET [desa_kelurahan] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.kode_wilayah
UPDATE [backbone].[ptk] SET [kode_wilayah] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.no_hp
UPDATE [backbone].[ptk] SET [no_hp] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.email
UPDATE [backbone].[ptk] SET [email] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.status_keaktifan_id
UPDATE [backbone].[ptk] SET [status_keaktifan_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.pangkat_golongan_id
UPDATE [backbone].[ptk] SET [pangkat_golongan_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.sumber_gaji_id
UPDATE [backbone].[ptk] SET [sumber_gaji_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.kewarganegaraan
UPDATE [backbone].[ptk] SET [kewarganegaraan] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.filled
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[nama]) AS [nama], COUNT_BIG(t.[nip]) AS [nip], COUNT_BIG(t.[jenis_kelamin]) AS [jenis_kelamin], COUNT_BIG(t.[tempat_lahir]) AS [tempat_lahir], COUNT_BIG(t.[tanggal_lahir]) AS [tanggal_lahir], COUNT_BIG(t.[nik]) AS [nik], COUNT_BIG(t.[nuptk]) AS [nuptk], COUNT_BIG(t.[status_kepegawaian_id]) AS [status_kepegawaian_id], COUNT_BIG(t.[jenis_ptk_id]) AS [jenis_ptk_id], COUNT_BIG(t.[agama_id]) AS [agama_id], COUNT_BIG(t.[alamat_jalan]) AS [alamat_jalan], COUNT_BIG(t.[desa_kelurahan]) AS [desa_kelurahan], COUNT_BIG(t.[kode_wilayah]) AS [kode_wilayah], COUNT_BIG(t.[no_hp]) AS [no_hp], COUNT_BIG(t.[email]) AS [email], COUNT_BIG(t.[status_keaktifan_id]) AS [status_keaktifan_id], COUNT_BIG(t.[pangkat_golongan_id]) AS [pangkat_golongan_id], COUNT_BIG(t.[sumber_gaji_id]) AS [sumber_gaji_id], COUNT_BIG(t.[kewarganegaraan]) AS [kewarganegaraan] FROM [backbone].[ptk] AS t;
GO
-- people.filled.school
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[nama]) AS [nama], COUNT_BIG(t.[nip]) AS [nip], COUNT_BIG(t.[jenis_kelamin]) AS [jenis_kelamin], COUNT_BIG(t.[tempat_lahir]) AS [tempat_lahir], COUNT_BIG(t.[tanggal_lahir]) AS [tanggal_lahir], COUNT_BIG(t.[nik]) AS [nik], COUNT_BIG(t.[nuptk]) AS [nuptk], COUNT_BIG(t.[status_kepegawaian_id]) AS [status_kepegawaian_id], COUNT_BIG(t.[jenis_ptk_id]) AS [jenis_ptk_id], COUNT_BIG(t.[agama_id]) AS [agama_id], COUNT_BIG(t.[alamat_jalan]) AS [alamat_jalan], COUNT_BIG(t.[desa_kelurahan]) AS [desa_kelurahan], COUNT_BIG(t.[kode_wilayah]) AS [kode_wilayah], COUNT_BIG(t.[no_hp]) AS [no_hp], COUNT_BIG(t.[email]) AS [email], COUNT_BIG(t.[status_keaktifan_id]) AS [status_keaktifan_id], COUNT_BIG(t.[pangkat_golongan_id]) AS [pangkat_golongan_id], COUNT_BIG(t.[sumber_gaji_id]) AS [sumber_gaji_id], COUNT_BIG(t.[kewarganegaraan]) AS [kewarganegaraan] FROM [backbone].[ptk] AS t WHERE t.[ptk_id] IN (SELECT x.[ptk_id] FROM [backbone].[ptk_terdaftar] AS x WHERE x.[sekolah_id] IN (SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] COLLATE Latin1_General_100_BIN2 = ?));
GO
-- people.named
SELECT LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 AS [key] FROM [backbone].[ptk] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2 = ? OR t.[nip] COLLATE Latin1_General_100_BIN2 = ? OR t.[nik] COLLATE Latin1_General_100_BIN2 = ? OR t.[nuptk] COLLATE Latin1_General_100_BIN2 = ?;
GO
-- people.listed
SELECT t.[ptk_id], t.[nama], t.[no_hp], t.[email], t.[alamat_jalan] FROM [backbone].[ptk] AS t;
GO
-- people.listed.school
SELECT t.[ptk_id], t.[nama], t.[no_hp], t.[email], t.[alamat_jalan] FROM [backbone].[ptk] AS t WHERE t.[ptk_id] IN (SELECT x.[ptk_id] FROM [backbone].[ptk_terdaftar] AS x WHERE x.[sekolah_id] IN (SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] COLLATE Latin1_General_100_BIN2 = ?));
GO
-- people.departed
SELECT LOWER(CONVERT(nvarchar(64), e.[ptk_id])) COLLATE Latin1_General_100_BIN2 AS [key] FROM [backbone].[ptk_terdaftar] AS e JOIN [backbone].[ptk] AS p ON p.[ptk_id] = e.[ptk_id] GROUP BY e.[ptk_id] HAVING MIN(CASE WHEN e.[tgl_ptk_keluar] < CONVERT(date, ?) THEN 1 ELSE 0 END) = 1 ORDER BY MAX(e.[tgl_ptk_keluar]) OFFSET 0 ROWS FETCH NEXT ? ROWS ONLY;
GO

-- ptk_terdaftar: PTK terdaftar / Staff assignment
CREATE TABLE [backbone].[ptk_terdaftar] (
    [ptk_terdaftar_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [ptk_id] uniqueidentifier NULL,
    [sekolah_id] uniqueidentifier NULL,
    [tahun_ajaran_id] smallint NULL,
    [nomor_surat_tugas] nvarchar(160) NULL,
    [tanggal_surat_tugas] date NULL,
    [ptk_induk] smallint NULL,
    [tmt_tugas] date NULL,
    [jenis_ptk_id] smallint NULL,
    [jabatan_ptk_id] smallint NULL,
    [jenis_keluar_id] nvarchar(2) COLLATE Latin1_General_100_BIN2 NULL,
    [tgl_ptk_keluar] date NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE INDEX [ptk_terdaftar_ptk_id_idx] ON [backbone].[ptk_terdaftar] ([ptk_id]);
GO
CREATE INDEX [ptk_terdaftar_sekolah_id_idx] ON [backbone].[ptk_terdaftar] ([sekolah_id]);
GO
CREATE TABLE [staging].[ptk_terdaftar] (
    [ptk_terdaftar_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [ptk_id] uniqueidentifier NULL,
    [sekolah_id] uniqueidentifier NULL,
    [tahun_ajaran_id] smallint NULL,
    [nomor_surat_tugas] nvarchar(160) NULL,
    [tanggal_surat_tugas] date NULL,
    [ptk_induk] smallint NULL,
    [tmt_tugas] date NULL,
    [jenis_ptk_id] smallint NULL,
    [jabatan_ptk_id] smallint NULL,
    [jenis_keluar_id] nvarchar(2) COLLATE Latin1_General_100_BIN2 NULL,
    [tgl_ptk_keluar] date NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ptk_terdaftar] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk_terdaftar' AND EXISTS (SELECT 1 FROM [staging].[ptk_terdaftar] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [ptk_id] = s.[ptk_id], [sekolah_id] = s.[sekolah_id], [tahun_ajaran_id] = s.[tahun_ajaran_id], [nomor_surat_tugas] = s.[nomor_surat_tugas], [tanggal_surat_tugas] = s.[tanggal_surat_tugas], [ptk_induk] = s.[ptk_induk], [tmt_tugas] = s.[tmt_tugas], [jenis_ptk_id] = s.[jenis_ptk_id], [jabatan_ptk_id] = s.[jabatan_ptk_id], [jenis_keluar_id] = s.[jenis_keluar_id], [tgl_ptk_keluar] = s.[tgl_ptk_keluar], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[ptk_terdaftar] AS t JOIN [staging].[ptk_terdaftar] AS s ON t.[ptk_terdaftar_id] = s.[ptk_terdaftar_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk_terdaftar' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT s.[ptk_id], s.[sekolah_id], s.[tahun_ajaran_id], CONVERT(varbinary(max), s.[nomor_surat_tugas]), s.[tanggal_surat_tugas], s.[ptk_induk], s.[tmt_tugas], s.[jenis_ptk_id], s.[jabatan_ptk_id], CONVERT(varbinary(max), s.[jenis_keluar_id]), s.[tgl_ptk_keluar], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[ptk_id], t.[sekolah_id], t.[tahun_ajaran_id], CONVERT(varbinary(max), t.[nomor_surat_tugas]), t.[tanggal_surat_tugas], t.[ptk_induk], t.[tmt_tugas], t.[jenis_ptk_id], t.[jabatan_ptk_id], CONVERT(varbinary(max), t.[jenis_keluar_id]), t.[tgl_ptk_keluar], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[ptk_terdaftar] ([ptk_terdaftar_id], [ptk_id], [sekolah_id], [tahun_ajaran_id], [nomor_surat_tugas], [tanggal_surat_tugas], [ptk_induk], [tmt_tugas], [jenis_ptk_id], [jabatan_ptk_id], [jenis_keluar_id], [tgl_ptk_keluar], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[ptk_terdaftar_id], s.[ptk_id], s.[sekolah_id], s.[tahun_ajaran_id], s.[nomor_surat_tugas], s.[tanggal_surat_tugas], s.[ptk_induk], s.[tmt_tugas], s.[jenis_ptk_id], s.[jabatan_ptk_id], s.[jenis_keluar_id], s.[tgl_ptk_keluar], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ptk_terdaftar] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk_terdaftar' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[ptk_terdaftar_id] = s.[ptk_terdaftar_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ptk_terdaftar] AS s JOIN [backbone].[ptk_terdaftar] AS t ON t.[ptk_terdaftar_id] = s.[ptk_terdaftar_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk_terdaftar' AND EXISTS (SELECT 1 FROM [staging].[ptk_terdaftar] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ptk_terdaftar' AND EXISTS (SELECT 1 FROM [staging].[ptk_terdaftar] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ptk_terdaftar', LOWER(CONVERT(nvarchar(64), s.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[ptk_terdaftar] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ptk_terdaftar];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ptk_terdaftar' AND EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ptk_terdaftar', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ptk_terdaftar' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ptk_terdaftar' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ptk_terdaftar', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk_terdaftar' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ptk_terdaftar' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk_terdaftar' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ptk_terdaftar', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ptk_terdaftar' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk_terdaftar' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[ptk_terdaftar] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[ptk_terdaftar] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[ptk_terdaftar] AS t JOIN [sync].[seen] AS s ON t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[ptk_terdaftar] AS t ON t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk_terdaftar' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk_terdaftar' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ptk_terdaftar', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[ptk_terdaftar] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ptk_terdaftar' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ptk_terdaftar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ptk_terdaftar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[ptk_terdaftar] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ptk_terdaftar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ptk_terdaftar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.ptk_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[ptk];
GO
-- orphans.ptk_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'ptk_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS p WHERE p.[ptk_id] = t.[ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.ptk_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'ptk_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS p WHERE p.[ptk_id] = t.[ptk_id]));
GO
-- orphans.ptk_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'ptk_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS p WHERE p.[ptk_id] = t.[ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ptk_terdaftar' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.ptk_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'ptk_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS p WHERE p.[ptk_id] = t.[ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[ptk_id]);
GO
-- orphans.ptk_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ptk_terdaftar] AS t ON t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'ptk_id') AS x;
GO
-- orphans.sekolah_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[sekolah];
GO
-- orphans.sekolah_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'sekolah_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]));
GO
-- orphans.sekolah_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ptk_terdaftar' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[sekolah_id]);
GO
-- orphans.sekolah_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ptk_terdaftar] AS t ON t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'sekolah_id') AS x;
GO
-- orphans.tahun_ajaran_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[tahun_ajaran];
GO
-- orphans.tahun_ajaran_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'tahun_ajaran_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[tahun_ajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS p WHERE p.[tahun_ajaran_id] = t.[tahun_ajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'tahun_ajaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.tahun_ajaran_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'tahun_ajaran_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[tahun_ajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS p WHERE p.[tahun_ajaran_id] = t.[tahun_ajaran_id]));
GO
-- orphans.tahun_ajaran_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'tahun_ajaran_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[tahun_ajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS p WHERE p.[tahun_ajaran_id] = t.[tahun_ajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'tahun_ajaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ptk_terdaftar' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.tahun_ajaran_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'tahun_ajaran_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[tahun_ajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS p WHERE p.[tahun_ajaran_id] = t.[tahun_ajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'tahun_ajaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tahun_ajaran' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[tahun_ajaran_id]);
GO
-- orphans.tahun_ajaran_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tahun_ajaran' AND q.[key] = CONVERT(nvarchar(64), t.[tahun_ajaran_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ptk_terdaftar] AS t ON t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'tahun_ajaran_id') AS x;
GO
-- orphans.jenis_ptk_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_ptk];
GO
-- orphans.jenis_ptk_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'jenis_ptk_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[jenis_ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS p WHERE p.[jenis_ptk_id] = t.[jenis_ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'jenis_ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_ptk_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'jenis_ptk_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[jenis_ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS p WHERE p.[jenis_ptk_id] = t.[jenis_ptk_id]));
GO
-- orphans.jenis_ptk_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'jenis_ptk_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[jenis_ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS p WHERE p.[jenis_ptk_id] = t.[jenis_ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'jenis_ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ptk_terdaftar' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_ptk_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'jenis_ptk_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[jenis_ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS p WHERE p.[jenis_ptk_id] = t.[jenis_ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'jenis_ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_ptk' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[jenis_ptk_id]);
GO
-- orphans.jenis_ptk_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_ptk' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_ptk_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ptk_terdaftar] AS t ON t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'jenis_ptk_id') AS x;
GO
-- orphans.jenis_keluar_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_keluar];
GO
-- orphans.jenis_keluar_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'jenis_keluar_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[jenis_keluar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS p WHERE p.[jenis_keluar_id] = t.[jenis_keluar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'jenis_keluar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_keluar_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'jenis_keluar_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[jenis_keluar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS p WHERE p.[jenis_keluar_id] = t.[jenis_keluar_id]));
GO
-- orphans.jenis_keluar_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'jenis_keluar_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[jenis_keluar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS p WHERE p.[jenis_keluar_id] = t.[jenis_keluar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'jenis_keluar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ptk_terdaftar' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_keluar_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ptk_terdaftar', N'jenis_keluar_id', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[jenis_keluar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS p WHERE p.[jenis_keluar_id] = t.[jenis_keluar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'jenis_keluar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_keluar' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(2), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[jenis_keluar_id]);
GO
-- orphans.jenis_keluar_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_keluar' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_keluar_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ptk_terdaftar] AS t ON t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ptk_terdaftar' AND o.[field] = N'jenis_keluar_id') AS x;
GO
-- evict.sekolah_id.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[ptk_terdaftar] AS t ON LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'ptk_terdaftar' AND t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- evict.sekolah_id.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'ptk_terdaftar', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[ptk_terdaftar] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ptk_terdaftar' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.sekolah_id.2
DELETE t FROM [backbone].[ptk_terdaftar] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[ptk_terdaftar] AS t ON LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'ptk_terdaftar' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'ptk_terdaftar', LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[ptk_terdaftar] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ptk_terdaftar' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[ptk_terdaftar] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2));
GO
-- handed_over
UPDATE [backbone].[ptk_terdaftar] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[ptk_terdaftar]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk_terdaftar' AND EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk_terdaftar' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk_terdaftar') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk_terdaftar' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk_terdaftar' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[ptk_terdaftar_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[ptk_terdaftar] AS t LEFT JOIN [backbone].[sekolah] AS p1 ON p1.[sekolah_id] = t.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p1.[kode_wilayah] GROUP BY a.[kecamatan];
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[ptk_terdaftar_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[ptk_terdaftar] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk_terdaftar' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk_terdaftar' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk_terdaftar' AND q.[last_update] IS NULL) AS [unreadable];
GO
-- people.rows.ptk_terdaftar_id
SELECT t.[ptk_terdaftar_id], t.[ptk_id], t.[sekolah_id], t.[tahun_ajaran_id], t.[nomor_surat_tugas], t.[tanggal_surat_tugas], t.[ptk_induk], t.[tmt_tugas], t.[jenis_ptk_id], t.[jabatan_ptk_id], t.[jenis_keluar_id], t.[tgl_ptk_keluar], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.rows.ptk_id
SELECT t.[ptk_terdaftar_id], t.[ptk_id], t.[sekolah_id], t.[tahun_ajaran_id], t.[nomor_surat_tugas], t.[tanggal_surat_tugas], t.[ptk_induk], t.[tmt_tugas], t.[jenis_ptk_id], t.[jabatan_ptk_id], t.[jenis_keluar_id], t.[tgl_ptk_keluar], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.remove
DELETE t FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.flags
SELECT t.[flags] FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.tahun_ajaran_id
UPDATE [backbone].[ptk_terdaftar] SET [tahun_ajaran_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nomor_surat_tugas
UPDATE [backbone].[ptk_terdaftar] SET [nomor_surat_tugas] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.tanggal_surat_tugas
UPDATE [backbone].[ptk_terdaftar] SET [tanggal_surat_tugas] = CONVERT(date, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.ptk_induk
UPDATE [backbone].[ptk_terdaftar] SET [ptk_induk] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.tmt_tugas
UPDATE [backbone].[ptk_terdaftar] SET [tmt_tugas] = CONVERT(date, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.jenis_ptk_id
UPDATE [backbone].[ptk_terdaftar] SET [jenis_ptk_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.jabatan_ptk_id
UPDATE [backbone].[ptk_terdaftar] SET [jabatan_ptk_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.jenis_keluar_id
UPDATE [backbone].[ptk_terdaftar] SET [jenis_keluar_id] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.tgl_ptk_keluar
UPDATE [backbone].[ptk_terdaftar] SET [tgl_ptk_keluar] = CONVERT(date, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [ptk_terdaftar_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.filled
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[tahun_ajaran_id]) AS [tahun_ajaran_id], COUNT_BIG(t.[nomor_surat_tugas]) AS [nomor_surat_tugas], COUNT_BIG(t.[tanggal_surat_tugas]) AS [tanggal_surat_tugas], COUNT_BIG(t.[ptk_induk]) AS [ptk_induk], COUNT_BIG(t.[tmt_tugas]) AS [tmt_tugas], COUNT_BIG(t.[jenis_ptk_id]) AS [jenis_ptk_id], COUNT_BIG(t.[jabatan_ptk_id]) AS [jabatan_ptk_id], COUNT_BIG(t.[jenis_keluar_id]) AS [jenis_keluar_id], COUNT_BIG(t.[tgl_ptk_keluar]) AS [tgl_ptk_keluar] FROM [backbone].[ptk_terdaftar] AS t;
GO
-- people.filled.school
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[tahun_ajaran_id]) AS [tahun_ajaran_id], COUNT_BIG(t.[nomor_surat_tugas]) AS [nomor_surat_tugas], COUNT_BIG(t.[tanggal_surat_tugas]) AS [tanggal_surat_tugas], COUNT_BIG(t.[ptk_induk]) AS [ptk_induk], COUNT_BIG(t.[tmt_tugas]) AS [tmt_tugas], COUNT_BIG(t.[jenis_ptk_id]) AS [jenis_ptk_id], COUNT_BIG(t.[jabatan_ptk_id]) AS [jabatan_ptk_id], COUNT_BIG(t.[jenis_keluar_id]) AS [jenis_keluar_id], COUNT_BIG(t.[tgl_ptk_keluar]) AS [tgl_ptk_keluar] FROM [backbone].[ptk_terdaftar] AS t WHERE t.[sekolah_id] IN (SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] COLLATE Latin1_General_100_BIN2 = ?);
GO

-- rombongan_belajar: Rombongan belajar / Class
CREATE TABLE [backbone].[rombongan_belajar] (
    [rombongan_belajar_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [sekolah_id] uniqueidentifier NULL,
    [tingkat_pendidikan_id] smallint NULL,
    [kurikulum_id] int NULL,
    [nama] nvarchar(60) NULL,
    [ptk_id] uniqueidentifier NULL,
    [jenis_rombel] smallint NULL,
    [moving_class] smallint NULL,
    [tanggal_mulai] date NULL,
    [tanggal_selesai] date NULL,
    [parent_rombongan_belajar_id] uniqueidentifier NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE INDEX [rombongan_belajar_sekolah_id_idx] ON [backbone].[rombongan_belajar] ([sekolah_id]);
GO
CREATE INDEX [rombongan_belajar_ptk_id_idx] ON [backbone].[rombongan_belajar] ([ptk_id]);
GO
CREATE INDEX [rombongan_belajar_parent_rombongan_belajar_id_idx] ON [backbone].[rombongan_belajar] ([parent_rombongan_belajar_id]);
GO
CREATE TABLE [staging].[rombongan_belajar] (
    [rombongan_belajar_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [sekolah_id] uniqueidentifier NULL,
    [tingkat_pendidikan_id] smallint NULL,
    [kurikulum_id] int NULL,
    [nama] nvarchar(60) NULL,
    [ptk_id] uniqueidentifier NULL,
    [jenis_rombel] smallint NULL,
    [moving_class] smallint NULL,
    [tanggal_mulai] date NULL,
    [tanggal_selesai] date NULL,
    [parent_rombongan_belajar_id] uniqueidentifier NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[rombongan_belajar] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'rombongan_belajar' AND EXISTS (SELECT 1 FROM [staging].[rombongan_belajar] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [semester_id] = s.[semester_id], [sekolah_id] = s.[sekolah_id], [tingkat_pendidikan_id] = s.[tingkat_pendidikan_id], [kurikulum_id] = s.[kurikulum_id], [nama] = s.[nama], [ptk_id] = s.[ptk_id], [jenis_rombel] = s.[jenis_rombel], [moving_class] = s.[moving_class], [tanggal_mulai] = s.[tanggal_mulai], [tanggal_selesai] = s.[tanggal_selesai], [parent_rombongan_belajar_id] = s.[parent_rombongan_belajar_id], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[rombongan_belajar] AS t JOIN [staging].[rombongan_belajar] AS s ON t.[rombongan_belajar_id] = s.[rombongan_belajar_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'rombongan_belajar' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT CONVERT(varbinary(max), s.[semester_id]), s.[sekolah_id], s.[tingkat_pendidikan_id], s.[kurikulum_id], CONVERT(varbinary(max), s.[nama]), s.[ptk_id], s.[jenis_rombel], s.[moving_class], s.[tanggal_mulai], s.[tanggal_selesai], s.[parent_rombongan_belajar_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[semester_id]), t.[sekolah_id], t.[tingkat_pendidikan_id], t.[kurikulum_id], CONVERT(varbinary(max), t.[nama]), t.[ptk_id], t.[jenis_rombel], t.[moving_class], t.[tanggal_mulai], t.[tanggal_selesai], t.[parent_rombongan_belajar_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[rombongan_belajar] ([rombongan_belajar_id], [semester_id], [sekolah_id], [tingkat_pendidikan_id], [kurikulum_id], [nama], [ptk_id], [jenis_rombel], [moving_class], [tanggal_mulai], [tanggal_selesai], [parent_rombongan_belajar_id], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[rombongan_belajar_id], s.[semester_id], s.[sekolah_id], s.[tingkat_pendidikan_id], s.[kurikulum_id], s.[nama], s.[ptk_id], s.[jenis_rombel], s.[moving_class], s.[tanggal_mulai], s.[tanggal_selesai], s.[parent_rombongan_belajar_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[rombongan_belajar] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'rombongan_belajar' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[rombongan_belajar_id] = s.[rombongan_belajar_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[rombongan_belajar] AS s JOIN [backbone].[rombongan_belajar] AS t ON t.[rombongan_belajar_id] = s.[rombongan_belajar_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND EXISTS (SELECT 1 FROM [staging].[rombongan_belajar] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'rombongan_belajar' AND EXISTS (SELECT 1 FROM [staging].[rombongan_belajar] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'rombongan_belajar', LOWER(CONVERT(nvarchar(64), s.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[rombongan_belajar] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[rombongan_belajar];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'rombongan_belajar' AND EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'rombongan_belajar', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'rombongan_belajar' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'rombongan_belajar' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'rombongan_belajar', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'rombongan_belajar' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'rombongan_belajar' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'rombongan_belajar', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'rombongan_belajar' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'rombongan_belajar' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[rombongan_belajar] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[rombongan_belajar] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[rombongan_belajar] AS t JOIN [sync].[seen] AS s ON t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[rombongan_belajar] AS t ON t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'rombongan_belajar' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'rombongan_belajar', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[rombongan_belajar] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'rombongan_belajar' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'rombongan_belajar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'rombongan_belajar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[rombongan_belajar] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'rombongan_belajar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'rombongan_belajar' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.semester_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[semester];
GO
-- orphans.semester_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.semester_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'semester_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]));
GO
-- orphans.semester_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'rombongan_belajar' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.semester_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[semester_id]);
GO
-- orphans.semester_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[rombongan_belajar] AS t ON t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'semester_id') AS x;
GO
-- orphans.sekolah_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[sekolah];
GO
-- orphans.sekolah_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'sekolah_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]));
GO
-- orphans.sekolah_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'rombongan_belajar' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[sekolah_id]);
GO
-- orphans.sekolah_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[rombongan_belajar] AS t ON t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'sekolah_id') AS x;
GO
-- orphans.tingkat_pendidikan_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[tingkat_pendidikan];
GO
-- orphans.tingkat_pendidikan_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'tingkat_pendidikan_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[tingkat_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS p WHERE p.[tingkat_pendidikan_id] = t.[tingkat_pendidikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'tingkat_pendidikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.tingkat_pendidikan_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'tingkat_pendidikan_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[tingkat_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS p WHERE p.[tingkat_pendidikan_id] = t.[tingkat_pendidikan_id]));
GO
-- orphans.tingkat_pendidikan_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'tingkat_pendidikan_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[tingkat_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS p WHERE p.[tingkat_pendidikan_id] = t.[tingkat_pendidikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'tingkat_pendidikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'rombongan_belajar' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.tingkat_pendidikan_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'tingkat_pendidikan_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[tingkat_pendidikan_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS p WHERE p.[tingkat_pendidikan_id] = t.[tingkat_pendidikan_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'tingkat_pendidikan_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.tingkat_pendidikan' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[tingkat_pendidikan_id]);
GO
-- orphans.tingkat_pendidikan_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.tingkat_pendidikan' AND q.[key] = CONVERT(nvarchar(64), t.[tingkat_pendidikan_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[rombongan_belajar] AS t ON t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'tingkat_pendidikan_id') AS x;
GO
-- orphans.kurikulum_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[kurikulum];
GO
-- orphans.kurikulum_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'kurikulum_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[kurikulum_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[kurikulum] AS p WHERE p.[kurikulum_id] = t.[kurikulum_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'kurikulum_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.kurikulum_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'kurikulum_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[kurikulum_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[kurikulum] AS p WHERE p.[kurikulum_id] = t.[kurikulum_id]));
GO
-- orphans.kurikulum_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'kurikulum_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[kurikulum_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[kurikulum] AS p WHERE p.[kurikulum_id] = t.[kurikulum_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'kurikulum_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'rombongan_belajar' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.kurikulum_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'kurikulum_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[kurikulum_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[kurikulum] AS p WHERE p.[kurikulum_id] = t.[kurikulum_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'kurikulum_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.kurikulum' AND d.[run_id] = ? AND TRY_CONVERT(int, d.[key]) = t.[kurikulum_id]);
GO
-- orphans.kurikulum_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.kurikulum' AND q.[key] = CONVERT(nvarchar(64), t.[kurikulum_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[rombongan_belajar] AS t ON t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'kurikulum_id') AS x;
GO
-- orphans.ptk_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[ptk];
GO
-- orphans.ptk_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'ptk_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS p WHERE p.[ptk_id] = t.[ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.ptk_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'ptk_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS p WHERE p.[ptk_id] = t.[ptk_id]));
GO
-- orphans.ptk_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'ptk_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS p WHERE p.[ptk_id] = t.[ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'rombongan_belajar' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.ptk_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'ptk_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[ptk_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS p WHERE p.[ptk_id] = t.[ptk_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'ptk_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[ptk_id]);
GO
-- orphans.ptk_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[rombongan_belajar] AS t ON t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'ptk_id') AS x;
GO
-- orphans.parent_rombongan_belajar_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[rombongan_belajar];
GO
-- orphans.parent_rombongan_belajar_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'parent_rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[parent_rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[parent_rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'parent_rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.parent_rombongan_belajar_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'parent_rombongan_belajar_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[parent_rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[parent_rombongan_belajar_id]));
GO
-- orphans.parent_rombongan_belajar_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'parent_rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[parent_rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[parent_rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'parent_rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'rombongan_belajar' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.parent_rombongan_belajar_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'rombongan_belajar', N'parent_rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[rombongan_belajar] AS t WHERE t.[parent_rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[parent_rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'parent_rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'rombongan_belajar' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[parent_rombongan_belajar_id]);
GO
-- orphans.parent_rombongan_belajar_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[parent_rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[rombongan_belajar] AS t ON t.[rombongan_belajar_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'rombongan_belajar' AND o.[field] = N'parent_rombongan_belajar_id') AS x;
GO
-- evict.sekolah_id.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[rombongan_belajar] AS t ON LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'rombongan_belajar' AND t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- evict.sekolah_id.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'rombongan_belajar', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[rombongan_belajar] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'rombongan_belajar' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.sekolah_id.2
DELETE t FROM [backbone].[rombongan_belajar] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[rombongan_belajar] AS t ON LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'rombongan_belajar' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'rombongan_belajar', LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[rombongan_belajar] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'rombongan_belajar' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[rombongan_belajar] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2));
GO
-- handed_over
UPDATE [backbone].[rombongan_belajar] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[rombongan_belajar]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'rombongan_belajar') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), t.[semester_id]) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[rombongan_belajar_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[rombongan_belajar] AS t LEFT JOIN [backbone].[sekolah] AS p1 ON p1.[sekolah_id] = t.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p1.[kode_wilayah] GROUP BY a.[kecamatan], CONVERT(nvarchar(64), t.[semester_id]);
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[rombongan_belajar_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[rombongan_belajar] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND q.[last_update] IS NULL) AS [unreadable];
GO
-- people.rows.rombongan_belajar_id
SELECT t.[rombongan_belajar_id], t.[semester_id], t.[sekolah_id], t.[tingkat_pendidikan_id], t.[kurikulum_id], t.[nama], t.[ptk_id], t.[jenis_rombel], t.[moving_class], t.[tanggal_mulai], t.[tanggal_selesai], t.[parent_rombongan_belajar_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.rows.ptk_id
SELECT t.[rombongan_belajar_id], t.[semester_id], t.[sekolah_id], t.[tingkat_pendidikan_id], t.[kurikulum_id], t.[nama], t.[ptk_id], t.[jenis_rombel], t.[moving_class], t.[tanggal_mulai], t.[tanggal_selesai], t.[parent_rombongan_belajar_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[rombongan_belajar] AS t WHERE t.[ptk_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.forget_mentions.ptk_id
UPDATE [backbone].[rombongan_belajar] SET [ptk_id] = NULL WHERE [rombongan_belajar_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO

-- anggota_rombel: Anggota rombel / Class member
CREATE TABLE [backbone].[anggota_rombel] (
    [anggota_rombel_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [rombongan_belajar_id] uniqueidentifier NULL,
    [peserta_didik_id] uniqueidentifier NULL,
    [jenis_pendaftaran_id] smallint NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE INDEX [anggota_rombel_rombongan_belajar_id_idx] ON [backbone].[anggota_rombel] ([rombongan_belajar_id]);
GO
CREATE INDEX [anggota_rombel_peserta_didik_id_idx] ON [backbone].[anggota_rombel] ([peserta_didik_id]);
GO
CREATE TABLE [staging].[anggota_rombel] (
    [anggota_rombel_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [rombongan_belajar_id] uniqueidentifier NULL,
    [peserta_didik_id] uniqueidentifier NULL,
    [jenis_pendaftaran_id] smallint NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[anggota_rombel] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM [staging].[anggota_rombel] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [rombongan_belajar_id] = s.[rombongan_belajar_id], [peserta_didik_id] = s.[peserta_didik_id], [jenis_pendaftaran_id] = s.[jenis_pendaftaran_id], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[anggota_rombel] AS t JOIN [staging].[anggota_rombel] AS s ON t.[anggota_rombel_id] = s.[anggota_rombel_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT s.[rombongan_belajar_id], s.[peserta_didik_id], s.[jenis_pendaftaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[rombongan_belajar_id], t.[peserta_didik_id], t.[jenis_pendaftaran_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[anggota_rombel] ([anggota_rombel_id], [rombongan_belajar_id], [peserta_didik_id], [jenis_pendaftaran_id], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[anggota_rombel_id], s.[rombongan_belajar_id], s.[peserta_didik_id], s.[jenis_pendaftaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[anggota_rombel] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[anggota_rombel_id] = s.[anggota_rombel_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[anggota_rombel] AS s JOIN [backbone].[anggota_rombel] AS t ON t.[anggota_rombel_id] = s.[anggota_rombel_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM [staging].[anggota_rombel] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM [staging].[anggota_rombel] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'anggota_rombel', LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[anggota_rombel] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[anggota_rombel];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'anggota_rombel', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'anggota_rombel' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'anggota_rombel' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'anggota_rombel', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'anggota_rombel' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'anggota_rombel', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'anggota_rombel' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[anggota_rombel] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[anggota_rombel] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[anggota_rombel] AS t JOIN [sync].[seen] AS s ON t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[anggota_rombel] AS t ON t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'anggota_rombel', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[anggota_rombel] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'anggota_rombel' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'anggota_rombel' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'anggota_rombel' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[anggota_rombel] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'anggota_rombel' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'anggota_rombel' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.rombongan_belajar_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[rombongan_belajar];
GO
-- orphans.rombongan_belajar_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.rombongan_belajar_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'rombongan_belajar_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]));
GO
-- orphans.rombongan_belajar_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'anggota_rombel' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.rombongan_belajar_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'rombongan_belajar' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[rombongan_belajar_id]);
GO
-- orphans.rombongan_belajar_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[anggota_rombel] AS t ON t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'rombongan_belajar_id') AS x;
GO
-- orphans.peserta_didik_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[peserta_didik];
GO
-- orphans.peserta_didik_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'peserta_didik_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'peserta_didik_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.peserta_didik_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'peserta_didik_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]));
GO
-- orphans.peserta_didik_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'peserta_didik_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'peserta_didik_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'anggota_rombel' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.peserta_didik_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'peserta_didik_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[peserta_didik_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS p WHERE p.[peserta_didik_id] = t.[peserta_didik_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'peserta_didik_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'peserta_didik' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[peserta_didik_id]);
GO
-- orphans.peserta_didik_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'peserta_didik' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[anggota_rombel] AS t ON t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'peserta_didik_id') AS x;
GO
-- orphans.jenis_pendaftaran_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_pendaftaran];
GO
-- orphans.jenis_pendaftaran_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'jenis_pendaftaran_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'jenis_pendaftaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_pendaftaran_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'jenis_pendaftaran_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]));
GO
-- orphans.jenis_pendaftaran_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'jenis_pendaftaran_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'jenis_pendaftaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'anggota_rombel' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_pendaftaran_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'anggota_rombel', N'jenis_pendaftaran_id', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[anggota_rombel] AS t WHERE t.[jenis_pendaftaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS p WHERE p.[jenis_pendaftaran_id] = t.[jenis_pendaftaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'jenis_pendaftaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_pendaftaran' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[jenis_pendaftaran_id]);
GO
-- orphans.jenis_pendaftaran_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_pendaftaran' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_pendaftaran_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[anggota_rombel] AS t ON t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'anggota_rombel' AND o.[field] = N'jenis_pendaftaran_id') AS x;
GO
-- evict.rombongan_belajar_id.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[anggota_rombel] AS t ON LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'anggota_rombel' AND t.[rombongan_belajar_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[rombongan_belajar_id]);
GO
-- evict.rombongan_belajar_id.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'anggota_rombel', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'anggota_rombel' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.rombongan_belajar_id.2
DELETE t FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[rombongan_belajar_id]);
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[anggota_rombel] AS t ON LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'anggota_rombel' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'anggota_rombel', LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[anggota_rombel] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'anggota_rombel' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[anggota_rombel] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2));
GO
-- handed_over
UPDATE [backbone].[anggota_rombel] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[anggota_rombel]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'anggota_rombel') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), p1.[semester_id]) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[anggota_rombel_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[anggota_rombel] AS t LEFT JOIN [backbone].[rombongan_belajar] AS p1 ON p1.[rombongan_belajar_id] = t.[rombongan_belajar_id] LEFT JOIN [backbone].[sekolah] AS p2 ON p2.[sekolah_id] = p1.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p2.[kode_wilayah] GROUP BY a.[kecamatan], CONVERT(nvarchar(64), p1.[semester_id]);
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[anggota_rombel_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[anggota_rombel] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'anggota_rombel' AND q.[last_update] IS NULL) AS [unreadable];
GO
-- people.rows.anggota_rombel_id
SELECT t.[anggota_rombel_id], t.[rombongan_belajar_id], t.[peserta_didik_id], t.[jenis_pendaftaran_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.rows.peserta_didik_id
SELECT t.[anggota_rombel_id], t.[rombongan_belajar_id], t.[peserta_didik_id], t.[jenis_pendaftaran_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[anggota_rombel] AS t WHERE t.[peserta_didik_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.remove
DELETE t FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.flags
SELECT t.[flags] FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.jenis_pendaftaran_id
UPDATE [backbone].[anggota_rombel] SET [jenis_pendaftaran_id] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [anggota_rombel_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.filled
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[jenis_pendaftaran_id]) AS [jenis_pendaftaran_id] FROM [backbone].[anggota_rombel] AS t;
GO
-- people.filled.school
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[jenis_pendaftaran_id]) AS [jenis_pendaftaran_id] FROM [backbone].[anggota_rombel] AS t WHERE t.[rombongan_belajar_id] IN (SELECT x.[rombongan_belajar_id] FROM [backbone].[rombongan_belajar] AS x WHERE x.[sekolah_id] IN (SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] COLLATE Latin1_General_100_BIN2 = ?));
GO

-- pembelajaran: Pembelajaran / Lesson
CREATE TABLE [backbone].[pembelajaran] (
    [pembelajaran_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [rombongan_belajar_id] uniqueidentifier NULL,
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [mata_pelajaran_id] int NULL,
    [ptk_terdaftar_id] uniqueidentifier NULL,
    [jam_mengajar_per_minggu] smallint NULL,
    [status_di_kurikulum] smallint NULL,
    [nama_mata_pelajaran] nvarchar(100) NULL,
    [induk_pembelajaran_id] uniqueidentifier NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE INDEX [pembelajaran_rombongan_belajar_id_idx] ON [backbone].[pembelajaran] ([rombongan_belajar_id]);
GO
CREATE INDEX [pembelajaran_ptk_terdaftar_id_idx] ON [backbone].[pembelajaran] ([ptk_terdaftar_id]);
GO
CREATE INDEX [pembelajaran_induk_pembelajaran_id_idx] ON [backbone].[pembelajaran] ([induk_pembelajaran_id]);
GO
CREATE TABLE [staging].[pembelajaran] (
    [pembelajaran_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [rombongan_belajar_id] uniqueidentifier NULL,
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [mata_pelajaran_id] int NULL,
    [ptk_terdaftar_id] uniqueidentifier NULL,
    [jam_mengajar_per_minggu] smallint NULL,
    [status_di_kurikulum] smallint NULL,
    [nama_mata_pelajaran] nvarchar(100) NULL,
    [induk_pembelajaran_id] uniqueidentifier NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[pembelajaran] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'pembelajaran' AND EXISTS (SELECT 1 FROM [staging].[pembelajaran] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [rombongan_belajar_id] = s.[rombongan_belajar_id], [semester_id] = s.[semester_id], [mata_pelajaran_id] = s.[mata_pelajaran_id], [ptk_terdaftar_id] = s.[ptk_terdaftar_id], [jam_mengajar_per_minggu] = s.[jam_mengajar_per_minggu], [status_di_kurikulum] = s.[status_di_kurikulum], [nama_mata_pelajaran] = s.[nama_mata_pelajaran], [induk_pembelajaran_id] = s.[induk_pembelajaran_id], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[pembelajaran] AS t JOIN [staging].[pembelajaran] AS s ON t.[pembelajaran_id] = s.[pembelajaran_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'pembelajaran' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT s.[rombongan_belajar_id], CONVERT(varbinary(max), s.[semester_id]), s.[mata_pelajaran_id], s.[ptk_terdaftar_id], s.[jam_mengajar_per_minggu], s.[status_di_kurikulum], CONVERT(varbinary(max), s.[nama_mata_pelajaran]), s.[induk_pembelajaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[rombongan_belajar_id], CONVERT(varbinary(max), t.[semester_id]), t.[mata_pelajaran_id], t.[ptk_terdaftar_id], t.[jam_mengajar_per_minggu], t.[status_di_kurikulum], CONVERT(varbinary(max), t.[nama_mata_pelajaran]), t.[induk_pembelajaran_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[pembelajaran] ([pembelajaran_id], [rombongan_belajar_id], [semester_id], [mata_pelajaran_id], [ptk_terdaftar_id], [jam_mengajar_per_minggu], [status_di_kurikulum], [nama_mata_pelajaran], [induk_pembelajaran_id], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[pembelajaran_id], s.[rombongan_belajar_id], s.[semester_id], s.[mata_pelajaran_id], s.[ptk_terdaftar_id], s.[jam_mengajar_per_minggu], s.[status_di_kurikulum], s.[nama_mata_pelajaran], s.[induk_pembelajaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[pembelajaran] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'pembelajaran' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[pembelajaran_id] = s.[pembelajaran_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[pembelajaran] AS s JOIN [backbone].[pembelajaran] AS t ON t.[pembelajaran_id] = s.[pembelajaran_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'pembelajaran' AND EXISTS (SELECT 1 FROM [staging].[pembelajaran] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'pembelajaran' AND EXISTS (SELECT 1 FROM [staging].[pembelajaran] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'pembelajaran', LOWER(CONVERT(nvarchar(64), s.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[pembelajaran] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[pembelajaran];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'pembelajaran' AND EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'pembelajaran', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'pembelajaran' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'pembelajaran' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'pembelajaran', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'pembelajaran' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'pembelajaran' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'pembelajaran' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'pembelajaran', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'pembelajaran' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'pembelajaran' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[pembelajaran] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[pembelajaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[pembelajaran] AS t JOIN [sync].[seen] AS s ON t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[pembelajaran] AS t ON t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'pembelajaran' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'pembelajaran' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'pembelajaran', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[pembelajaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'pembelajaran' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'pembelajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'pembelajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[pembelajaran] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'pembelajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'pembelajaran' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.rombongan_belajar_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[rombongan_belajar];
GO
-- orphans.rombongan_belajar_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.rombongan_belajar_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'rombongan_belajar_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]));
GO
-- orphans.rombongan_belajar_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'pembelajaran' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.rombongan_belajar_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'rombongan_belajar_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS p WHERE p.[rombongan_belajar_id] = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'rombongan_belajar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'rombongan_belajar' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[rombongan_belajar_id]);
GO
-- orphans.rombongan_belajar_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'rombongan_belajar' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[pembelajaran] AS t ON t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'rombongan_belajar_id') AS x;
GO
-- orphans.semester_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[semester];
GO
-- orphans.semester_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.semester_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'semester_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]));
GO
-- orphans.semester_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'pembelajaran' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.semester_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[semester_id]);
GO
-- orphans.semester_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[pembelajaran] AS t ON t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'semester_id') AS x;
GO
-- orphans.mata_pelajaran_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[mata_pelajaran];
GO
-- orphans.mata_pelajaran_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'mata_pelajaran_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[mata_pelajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS p WHERE p.[mata_pelajaran_id] = t.[mata_pelajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'mata_pelajaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.mata_pelajaran_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'mata_pelajaran_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[mata_pelajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS p WHERE p.[mata_pelajaran_id] = t.[mata_pelajaran_id]));
GO
-- orphans.mata_pelajaran_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'mata_pelajaran_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[mata_pelajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS p WHERE p.[mata_pelajaran_id] = t.[mata_pelajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'mata_pelajaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'pembelajaran' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.mata_pelajaran_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'mata_pelajaran_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[mata_pelajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS p WHERE p.[mata_pelajaran_id] = t.[mata_pelajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'mata_pelajaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.mata_pelajaran' AND d.[run_id] = ? AND TRY_CONVERT(int, d.[key]) = t.[mata_pelajaran_id]);
GO
-- orphans.mata_pelajaran_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.mata_pelajaran' AND q.[key] = CONVERT(nvarchar(64), t.[mata_pelajaran_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[pembelajaran] AS t ON t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'mata_pelajaran_id') AS x;
GO
-- orphans.ptk_terdaftar_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[ptk_terdaftar];
GO
-- orphans.ptk_terdaftar_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'ptk_terdaftar_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[ptk_terdaftar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS p WHERE p.[ptk_terdaftar_id] = t.[ptk_terdaftar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'ptk_terdaftar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.ptk_terdaftar_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'ptk_terdaftar_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[ptk_terdaftar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS p WHERE p.[ptk_terdaftar_id] = t.[ptk_terdaftar_id]));
GO
-- orphans.ptk_terdaftar_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'ptk_terdaftar_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[ptk_terdaftar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS p WHERE p.[ptk_terdaftar_id] = t.[ptk_terdaftar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'ptk_terdaftar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'pembelajaran' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.ptk_terdaftar_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'ptk_terdaftar_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[ptk_terdaftar_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS p WHERE p.[ptk_terdaftar_id] = t.[ptk_terdaftar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'ptk_terdaftar_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ptk_terdaftar' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[ptk_terdaftar_id]);
GO
-- orphans.ptk_terdaftar_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ptk_terdaftar' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[pembelajaran] AS t ON t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'ptk_terdaftar_id') AS x;
GO
-- orphans.induk_pembelajaran_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[pembelajaran];
GO
-- orphans.induk_pembelajaran_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'induk_pembelajaran_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[induk_pembelajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS p WHERE p.[pembelajaran_id] = t.[induk_pembelajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'induk_pembelajaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.induk_pembelajaran_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'induk_pembelajaran_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[induk_pembelajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS p WHERE p.[pembelajaran_id] = t.[induk_pembelajaran_id]));
GO
-- orphans.induk_pembelajaran_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'induk_pembelajaran_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[induk_pembelajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS p WHERE p.[pembelajaran_id] = t.[induk_pembelajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'induk_pembelajaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'pembelajaran' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.induk_pembelajaran_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'pembelajaran', N'induk_pembelajaran_id', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[pembelajaran] AS t WHERE t.[induk_pembelajaran_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS p WHERE p.[pembelajaran_id] = t.[induk_pembelajaran_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'induk_pembelajaran_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'pembelajaran' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[induk_pembelajaran_id]);
GO
-- orphans.induk_pembelajaran_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'pembelajaran' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[induk_pembelajaran_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[pembelajaran] AS t ON t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'pembelajaran' AND o.[field] = N'induk_pembelajaran_id') AS x;
GO
-- evict.rombongan_belajar_id.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[pembelajaran] AS t ON LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'pembelajaran' AND t.[rombongan_belajar_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[rombongan_belajar_id]);
GO
-- evict.rombongan_belajar_id.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'pembelajaran', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[pembelajaran] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[rombongan_belajar_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'pembelajaran' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.rombongan_belajar_id.2
DELETE t FROM [backbone].[pembelajaran] AS t WHERE t.[rombongan_belajar_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[rombongan_belajar_id]);
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[pembelajaran] AS t ON LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'pembelajaran' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) OR EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'ptk_terdaftar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'pembelajaran', LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[pembelajaran] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) OR EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'ptk_terdaftar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'pembelajaran' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[pembelajaran] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'rombongan_belajar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2) OR EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'ptk_terdaftar' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2));
GO
-- handed_over
UPDATE [backbone].[pembelajaran] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[pembelajaran]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'pembelajaran' AND EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'pembelajaran' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'pembelajaran') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'pembelajaran' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'pembelajaran' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), t.[semester_id]) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[pembelajaran_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[pembelajaran] AS t LEFT JOIN [backbone].[rombongan_belajar] AS p1 ON p1.[rombongan_belajar_id] = t.[rombongan_belajar_id] LEFT JOIN [backbone].[sekolah] AS p2 ON p2.[sekolah_id] = p1.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p2.[kode_wilayah] GROUP BY a.[kecamatan], CONVERT(nvarchar(64), t.[semester_id]);
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[pembelajaran_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[pembelajaran] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'pembelajaran' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'pembelajaran' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'pembelajaran' AND q.[last_update] IS NULL) AS [unreadable];
GO
-- people.rows.pembelajaran_id
SELECT t.[pembelajaran_id], t.[rombongan_belajar_id], t.[semester_id], t.[mata_pelajaran_id], t.[ptk_terdaftar_id], t.[jam_mengajar_per_minggu], t.[status_di_kurikulum], t.[nama_mata_pelajaran], t.[induk_pembelajaran_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.rows.ptk_terdaftar_id
SELECT t.[pembelajaran_id], t.[rombongan_belajar_id], t.[semester_id], t.[mata_pelajaran_id], t.[ptk_terdaftar_id], t.[jam_mengajar_per_minggu], t.[status_di_kurikulum], t.[nama_mata_pelajaran], t.[induk_pembelajaran_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], t.[flags], t.[stored_at] FROM [backbone].[pembelajaran] AS t WHERE t.[ptk_terdaftar_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.remove
DELETE t FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] IN (SELECT TRY_CONVERT(uniqueidentifier, v.[value]) FROM OPENJSON(?) AS v);
GO
-- people.flags
SELECT t.[flags] FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.semester_id
UPDATE [backbone].[pembelajaran] SET [semester_id] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [pembelajaran_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.mata_pelajaran_id
UPDATE [backbone].[pembelajaran] SET [mata_pelajaran_id] = CONVERT(int, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [pembelajaran_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.jam_mengajar_per_minggu
UPDATE [backbone].[pembelajaran] SET [jam_mengajar_per_minggu] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [pembelajaran_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.status_di_kurikulum
UPDATE [backbone].[pembelajaran] SET [status_di_kurikulum] = CONVERT(smallint, ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [pembelajaran_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.put.nama_mata_pelajaran
UPDATE [backbone].[pembelajaran] SET [nama_mata_pelajaran] = CONVERT(nvarchar(max), ?), [flags] = CONVERT(nvarchar(max), ?), [stored_at] = SYSDATETIMEOFFSET() WHERE [pembelajaran_id] = TRY_CONVERT(uniqueidentifier, ?);
GO
-- people.filled
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[semester_id]) AS [semester_id], COUNT_BIG(t.[mata_pelajaran_id]) AS [mata_pelajaran_id], COUNT_BIG(t.[jam_mengajar_per_minggu]) AS [jam_mengajar_per_minggu], COUNT_BIG(t.[status_di_kurikulum]) AS [status_di_kurikulum], COUNT_BIG(t.[nama_mata_pelajaran]) AS [nama_mata_pelajaran] FROM [backbone].[pembelajaran] AS t;
GO
-- people.filled.school
SELECT COUNT_BIG(*) AS [rows], COUNT_BIG(t.[semester_id]) AS [semester_id], COUNT_BIG(t.[mata_pelajaran_id]) AS [mata_pelajaran_id], COUNT_BIG(t.[jam_mengajar_per_minggu]) AS [jam_mengajar_per_minggu], COUNT_BIG(t.[status_di_kurikulum]) AS [status_di_kurikulum], COUNT_BIG(t.[nama_mata_pelajaran]) AS [nama_mata_pelajaran] FROM [backbone].[pembelajaran] AS t WHERE t.[rombongan_belajar_id] IN (SELECT x.[rombongan_belajar_id] FROM [backbone].[rombongan_belajar] AS x WHERE x.[sekolah_id] IN (SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] COLLATE Latin1_General_100_BIN2 = ?));
GO

-- tanah: Tanah / Plot of land
CREATE TABLE [backbone].[tanah] (
    [id_tanah] uniqueidentifier NOT NULL PRIMARY KEY,
    [sekolah_id] uniqueidentifier NULL,
    [jenis_prasarana_id] smallint NULL,
    [nama] nvarchar(200) NULL,
    [panjang] decimal(10,2) NULL,
    [lebar] decimal(10,2) NULL,
    [luas] decimal(12,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE INDEX [tanah_sekolah_id_idx] ON [backbone].[tanah] ([sekolah_id]);
GO
CREATE TABLE [staging].[tanah] (
    [id_tanah] uniqueidentifier NOT NULL PRIMARY KEY,
    [sekolah_id] uniqueidentifier NULL,
    [jenis_prasarana_id] smallint NULL,
    [nama] nvarchar(200) NULL,
    [panjang] decimal(10,2) NULL,
    [lebar] decimal(10,2) NULL,
    [luas] decimal(12,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[tanah] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'tanah' AND EXISTS (SELECT 1 FROM [staging].[tanah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[id_tanah])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [sekolah_id] = s.[sekolah_id], [jenis_prasarana_id] = s.[jenis_prasarana_id], [nama] = s.[nama], [panjang] = s.[panjang], [lebar] = s.[lebar], [luas] = s.[luas], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[tanah] AS t JOIN [staging].[tanah] AS s ON t.[id_tanah] = s.[id_tanah] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'tanah' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_tanah])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT s.[sekolah_id], s.[jenis_prasarana_id], CONVERT(varbinary(max), s.[nama]), s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[sekolah_id], t.[jenis_prasarana_id], CONVERT(varbinary(max), t.[nama]), t.[panjang], t.[lebar], t.[luas], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[tanah] ([id_tanah], [sekolah_id], [jenis_prasarana_id], [nama], [panjang], [lebar], [luas], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[id_tanah], s.[sekolah_id], s.[jenis_prasarana_id], s.[nama], s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[tanah] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'tanah' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_tanah])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[id_tanah] = s.[id_tanah]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[tanah] AS s JOIN [backbone].[tanah] AS t ON t.[id_tanah] = s.[id_tanah] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND EXISTS (SELECT 1 FROM [staging].[tanah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[id_tanah])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'tanah' AND EXISTS (SELECT 1 FROM [staging].[tanah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[id_tanah])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'tanah', LOWER(CONVERT(nvarchar(64), s.[id_tanah])) COLLATE Latin1_General_100_BIN2 FROM [staging].[tanah] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[tanah];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'tanah' AND EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'tanah', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'tanah' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'tanah' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'tanah', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'tanah' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'tanah' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'tanah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'tanah', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'tanah' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'tanah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[tanah] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[tanah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[tanah] AS t JOIN [sync].[seen] AS s ON t.[id_tanah] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[tanah] AS t ON t.[id_tanah] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'tanah' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'tanah', LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[tanah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'tanah' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'tanah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'tanah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[tanah] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'tanah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'tanah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.sekolah_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[sekolah];
GO
-- orphans.sekolah_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'tanah', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[tanah] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'tanah' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'tanah' AND o.[field] = N'sekolah_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]));
GO
-- orphans.sekolah_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'tanah', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[tanah] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'tanah' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'tanah' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'tanah', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[tanah] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'tanah' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[sekolah_id]);
GO
-- orphans.sekolah_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[tanah] AS t ON t.[id_tanah] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'tanah' AND o.[field] = N'sekolah_id') AS x;
GO
-- orphans.jenis_prasarana_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_prasarana];
GO
-- orphans.jenis_prasarana_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'tanah', N'jenis_prasarana_id', LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[tanah] AS t WHERE t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'tanah' AND o.[field] = N'jenis_prasarana_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_prasarana_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'tanah' AND o.[field] = N'jenis_prasarana_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE t.[id_tanah] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]));
GO
-- orphans.jenis_prasarana_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'tanah', N'jenis_prasarana_id', LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[tanah] AS t WHERE t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'tanah' AND o.[field] = N'jenis_prasarana_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'tanah' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_prasarana_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'tanah', N'jenis_prasarana_id', LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[tanah] AS t WHERE t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'tanah' AND o.[field] = N'jenis_prasarana_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_prasarana' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[jenis_prasarana_id]);
GO
-- orphans.jenis_prasarana_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[tanah] AS t ON t.[id_tanah] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'tanah' AND o.[field] = N'jenis_prasarana_id') AS x;
GO
-- evict.sekolah_id.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[tanah] AS t ON LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'tanah' AND t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- evict.sekolah_id.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'tanah', LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[tanah] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'tanah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.sekolah_id.2
DELETE t FROM [backbone].[tanah] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[tanah] AS t ON LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'tanah' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'tanah', LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[tanah] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'tanah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[tanah] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2));
GO
-- handed_over
UPDATE [backbone].[tanah] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[tanah]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'tanah') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[id_tanah])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[tanah] AS t LEFT JOIN [backbone].[sekolah] AS p1 ON p1.[sekolah_id] = t.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p1.[kode_wilayah] GROUP BY a.[kecamatan];
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[id_tanah])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[tanah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- bangunan: Bangunan / Building
CREATE TABLE [backbone].[bangunan] (
    [id_bangunan] uniqueidentifier NOT NULL PRIMARY KEY,
    [sekolah_id] uniqueidentifier NULL,
    [id_tanah] uniqueidentifier NULL,
    [jenis_prasarana_id] smallint NULL,
    [nama] nvarchar(200) NULL,
    [panjang] decimal(10,2) NULL,
    [lebar] decimal(10,2) NULL,
    [luas] decimal(12,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE INDEX [bangunan_sekolah_id_idx] ON [backbone].[bangunan] ([sekolah_id]);
GO
CREATE INDEX [bangunan_id_tanah_idx] ON [backbone].[bangunan] ([id_tanah]);
GO
CREATE TABLE [staging].[bangunan] (
    [id_bangunan] uniqueidentifier NOT NULL PRIMARY KEY,
    [sekolah_id] uniqueidentifier NULL,
    [id_tanah] uniqueidentifier NULL,
    [jenis_prasarana_id] smallint NULL,
    [nama] nvarchar(200) NULL,
    [panjang] decimal(10,2) NULL,
    [lebar] decimal(10,2) NULL,
    [luas] decimal(12,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[bangunan] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'bangunan' AND EXISTS (SELECT 1 FROM [staging].[bangunan] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[id_bangunan])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [sekolah_id] = s.[sekolah_id], [id_tanah] = s.[id_tanah], [jenis_prasarana_id] = s.[jenis_prasarana_id], [nama] = s.[nama], [panjang] = s.[panjang], [lebar] = s.[lebar], [luas] = s.[luas], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[bangunan] AS t JOIN [staging].[bangunan] AS s ON t.[id_bangunan] = s.[id_bangunan] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'bangunan' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_bangunan])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT s.[sekolah_id], s.[id_tanah], s.[jenis_prasarana_id], CONVERT(varbinary(max), s.[nama]), s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[sekolah_id], t.[id_tanah], t.[jenis_prasarana_id], CONVERT(varbinary(max), t.[nama]), t.[panjang], t.[lebar], t.[luas], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[bangunan] ([id_bangunan], [sekolah_id], [id_tanah], [jenis_prasarana_id], [nama], [panjang], [lebar], [luas], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[id_bangunan], s.[sekolah_id], s.[id_tanah], s.[jenis_prasarana_id], s.[nama], s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[bangunan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'bangunan' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_bangunan])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[id_bangunan] = s.[id_bangunan]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[bangunan] AS s JOIN [backbone].[bangunan] AS t ON t.[id_bangunan] = s.[id_bangunan] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND EXISTS (SELECT 1 FROM [staging].[bangunan] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[id_bangunan])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'bangunan' AND EXISTS (SELECT 1 FROM [staging].[bangunan] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[id_bangunan])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'bangunan', LOWER(CONVERT(nvarchar(64), s.[id_bangunan])) COLLATE Latin1_General_100_BIN2 FROM [staging].[bangunan] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[bangunan];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'bangunan' AND EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'bangunan', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'bangunan' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'bangunan' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'bangunan', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'bangunan' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'bangunan' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'bangunan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'bangunan', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'bangunan' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'bangunan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[bangunan] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[bangunan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[bangunan] AS t JOIN [sync].[seen] AS s ON t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[bangunan] AS t ON t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'bangunan' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'bangunan', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[bangunan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'bangunan' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'bangunan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'bangunan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[bangunan] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'bangunan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'bangunan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.sekolah_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[sekolah];
GO
-- orphans.sekolah_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'bangunan', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[bangunan] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'bangunan' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'bangunan' AND o.[field] = N'sekolah_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]));
GO
-- orphans.sekolah_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'bangunan', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[bangunan] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'bangunan' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'bangunan' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'bangunan', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[bangunan] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'bangunan' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[sekolah_id]);
GO
-- orphans.sekolah_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[bangunan] AS t ON t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'bangunan' AND o.[field] = N'sekolah_id') AS x;
GO
-- orphans.id_tanah.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[tanah];
GO
-- orphans.id_tanah.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'bangunan', N'id_tanah', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[bangunan] AS t WHERE t.[id_tanah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS p WHERE p.[id_tanah] = t.[id_tanah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'bangunan' AND o.[field] = N'id_tanah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.id_tanah.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'bangunan' AND o.[field] = N'id_tanah' AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[id_tanah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS p WHERE p.[id_tanah] = t.[id_tanah]));
GO
-- orphans.id_tanah.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'bangunan', N'id_tanah', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[bangunan] AS t WHERE t.[id_tanah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS p WHERE p.[id_tanah] = t.[id_tanah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'bangunan' AND o.[field] = N'id_tanah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'bangunan' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.id_tanah.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'bangunan', N'id_tanah', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[bangunan] AS t WHERE t.[id_tanah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS p WHERE p.[id_tanah] = t.[id_tanah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'bangunan' AND o.[field] = N'id_tanah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'tanah' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[id_tanah]);
GO
-- orphans.id_tanah.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[bangunan] AS t ON t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'bangunan' AND o.[field] = N'id_tanah') AS x;
GO
-- orphans.jenis_prasarana_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_prasarana];
GO
-- orphans.jenis_prasarana_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'bangunan', N'jenis_prasarana_id', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[bangunan] AS t WHERE t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'bangunan' AND o.[field] = N'jenis_prasarana_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_prasarana_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'bangunan' AND o.[field] = N'jenis_prasarana_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]));
GO
-- orphans.jenis_prasarana_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'bangunan', N'jenis_prasarana_id', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[bangunan] AS t WHERE t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'bangunan' AND o.[field] = N'jenis_prasarana_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'bangunan' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_prasarana_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'bangunan', N'jenis_prasarana_id', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[bangunan] AS t WHERE t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'bangunan' AND o.[field] = N'jenis_prasarana_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_prasarana' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[jenis_prasarana_id]);
GO
-- orphans.jenis_prasarana_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[bangunan] AS t ON t.[id_bangunan] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'bangunan' AND o.[field] = N'jenis_prasarana_id') AS x;
GO
-- evict.sekolah_id.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[bangunan] AS t ON LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'bangunan' AND t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- evict.sekolah_id.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'bangunan', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[bangunan] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'bangunan' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.sekolah_id.2
DELETE t FROM [backbone].[bangunan] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[bangunan] AS t ON LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'bangunan' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) OR EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'tanah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'bangunan', LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[bangunan] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) OR EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'tanah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'bangunan' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[bangunan] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) OR EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'tanah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2));
GO
-- handed_over
UPDATE [backbone].[bangunan] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[bangunan]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'bangunan') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[id_bangunan])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[bangunan] AS t LEFT JOIN [backbone].[sekolah] AS p1 ON p1.[sekolah_id] = t.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p1.[kode_wilayah] GROUP BY a.[kecamatan];
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[id_bangunan])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[bangunan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- ruang: Ruang / Room
CREATE TABLE [backbone].[ruang] (
    [id_ruang] uniqueidentifier NOT NULL PRIMARY KEY,
    [sekolah_id] uniqueidentifier NULL,
    [id_bangunan] uniqueidentifier NULL,
    [jenis_prasarana_id] smallint NULL,
    [nama] nvarchar(200) NULL,
    [panjang] decimal(10,2) NULL,
    [lebar] decimal(10,2) NULL,
    [luas] decimal(12,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE INDEX [ruang_sekolah_id_idx] ON [backbone].[ruang] ([sekolah_id]);
GO
CREATE INDEX [ruang_id_bangunan_idx] ON [backbone].[ruang] ([id_bangunan]);
GO
CREATE TABLE [staging].[ruang] (
    [id_ruang] uniqueidentifier NOT NULL PRIMARY KEY,
    [sekolah_id] uniqueidentifier NULL,
    [id_bangunan] uniqueidentifier NULL,
    [jenis_prasarana_id] smallint NULL,
    [nama] nvarchar(200) NULL,
    [panjang] decimal(10,2) NULL,
    [lebar] decimal(10,2) NULL,
    [luas] decimal(12,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[ruang] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ruang' AND EXISTS (SELECT 1 FROM [staging].[ruang] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[id_ruang])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [sekolah_id] = s.[sekolah_id], [id_bangunan] = s.[id_bangunan], [jenis_prasarana_id] = s.[jenis_prasarana_id], [nama] = s.[nama], [panjang] = s.[panjang], [lebar] = s.[lebar], [luas] = s.[luas], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[ruang] AS t JOIN [staging].[ruang] AS s ON t.[id_ruang] = s.[id_ruang] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ruang' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_ruang])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT s.[sekolah_id], s.[id_bangunan], s.[jenis_prasarana_id], CONVERT(varbinary(max), s.[nama]), s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[sekolah_id], t.[id_bangunan], t.[jenis_prasarana_id], CONVERT(varbinary(max), t.[nama]), t.[panjang], t.[lebar], t.[luas], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[ruang] ([id_ruang], [sekolah_id], [id_bangunan], [jenis_prasarana_id], [nama], [panjang], [lebar], [luas], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[id_ruang], s.[sekolah_id], s.[id_bangunan], s.[jenis_prasarana_id], s.[nama], s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ruang] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ruang' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_ruang])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[id_ruang] = s.[id_ruang]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[ruang] AS s JOIN [backbone].[ruang] AS t ON t.[id_ruang] = s.[id_ruang] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ruang' AND EXISTS (SELECT 1 FROM [staging].[ruang] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[id_ruang])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ruang' AND EXISTS (SELECT 1 FROM [staging].[ruang] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[id_ruang])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'ruang', LOWER(CONVERT(nvarchar(64), s.[id_ruang])) COLLATE Latin1_General_100_BIN2 FROM [staging].[ruang] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[ruang];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'ruang' AND EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ruang', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ruang' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'ruang' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'ruang', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ruang' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ruang' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'ruang' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ruang' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'ruang', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ruang' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ruang' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[ruang] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[ruang] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[ruang] AS t JOIN [sync].[seen] AS s ON t.[id_ruang] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[ruang] AS t ON t.[id_ruang] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ruang' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ruang' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'ruang', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[ruang] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'ruang' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ruang' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'ruang' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[ruang] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'ruang' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'ruang' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.sekolah_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[sekolah];
GO
-- orphans.sekolah_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ruang', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ruang] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ruang' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ruang' AND o.[field] = N'sekolah_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]));
GO
-- orphans.sekolah_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ruang', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ruang] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ruang' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ruang' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.sekolah_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ruang', N'sekolah_id', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ruang] AS t WHERE t.[sekolah_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS p WHERE p.[sekolah_id] = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ruang' AND o.[field] = N'sekolah_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'sekolah' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[sekolah_id]);
GO
-- orphans.sekolah_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'sekolah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ruang] AS t ON t.[id_ruang] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ruang' AND o.[field] = N'sekolah_id') AS x;
GO
-- orphans.id_bangunan.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[bangunan];
GO
-- orphans.id_bangunan.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ruang', N'id_bangunan', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ruang] AS t WHERE t.[id_bangunan] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS p WHERE p.[id_bangunan] = t.[id_bangunan]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ruang' AND o.[field] = N'id_bangunan' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.id_bangunan.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ruang' AND o.[field] = N'id_bangunan' AND NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[id_bangunan] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS p WHERE p.[id_bangunan] = t.[id_bangunan]));
GO
-- orphans.id_bangunan.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ruang', N'id_bangunan', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ruang] AS t WHERE t.[id_bangunan] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS p WHERE p.[id_bangunan] = t.[id_bangunan]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ruang' AND o.[field] = N'id_bangunan' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ruang' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.id_bangunan.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ruang', N'id_bangunan', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ruang] AS t WHERE t.[id_bangunan] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS p WHERE p.[id_bangunan] = t.[id_bangunan]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ruang' AND o.[field] = N'id_bangunan' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'bangunan' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[id_bangunan]);
GO
-- orphans.id_bangunan.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ruang] AS t ON t.[id_ruang] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ruang' AND o.[field] = N'id_bangunan') AS x;
GO
-- orphans.jenis_prasarana_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[jenis_prasarana];
GO
-- orphans.jenis_prasarana_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ruang', N'jenis_prasarana_id', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ruang] AS t WHERE t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ruang' AND o.[field] = N'jenis_prasarana_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_prasarana_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'ruang' AND o.[field] = N'jenis_prasarana_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]));
GO
-- orphans.jenis_prasarana_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ruang', N'jenis_prasarana_id', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ruang] AS t WHERE t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ruang' AND o.[field] = N'jenis_prasarana_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'ruang' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.jenis_prasarana_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'ruang', N'jenis_prasarana_id', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[ruang] AS t WHERE t.[jenis_prasarana_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS p WHERE p.[jenis_prasarana_id] = t.[jenis_prasarana_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'ruang' AND o.[field] = N'jenis_prasarana_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.jenis_prasarana' AND d.[run_id] = ? AND TRY_CONVERT(smallint, d.[key]) = t.[jenis_prasarana_id]);
GO
-- orphans.jenis_prasarana_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.jenis_prasarana' AND q.[key] = CONVERT(nvarchar(64), t.[jenis_prasarana_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[ruang] AS t ON t.[id_ruang] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'ruang' AND o.[field] = N'jenis_prasarana_id') AS x;
GO
-- evict.sekolah_id.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[ruang] AS t ON LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'ruang' AND t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- evict.sekolah_id.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'ruang', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[ruang] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ruang' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.sekolah_id.2
DELETE t FROM [backbone].[ruang] AS t WHERE t.[sekolah_id] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[sekolah_id]);
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[ruang] AS t ON LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'ruang' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) OR EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'bangunan' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'ruang', LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[ruang] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) OR EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'bangunan' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'ruang' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[ruang] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'sekolah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[sekolah_id])) COLLATE Latin1_General_100_BIN2) OR EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'bangunan' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2));
GO
-- handed_over
UPDATE [backbone].[ruang] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[ruang]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ruang' AND EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ruang' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ruang') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ruang' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ruang' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), NULL) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[id_ruang])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[ruang] AS t LEFT JOIN [backbone].[sekolah] AS p1 ON p1.[sekolah_id] = t.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p1.[kode_wilayah] GROUP BY a.[kecamatan];
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[id_ruang])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[ruang] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ruang' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ruang' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ruang' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- kondisi_tanah: Kondisi tanah / Condition of a plot of land
CREATE TABLE [backbone].[kondisi_tanah] (
    [kondisi_tanah_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [id_tanah] uniqueidentifier NULL,
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [kondisi] smallint NULL,
    [persentase_kerusakan] decimal(5,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE INDEX [kondisi_tanah_id_tanah_idx] ON [backbone].[kondisi_tanah] ([id_tanah]);
GO
CREATE TABLE [staging].[kondisi_tanah] (
    [kondisi_tanah_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [id_tanah] uniqueidentifier NULL,
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [kondisi] smallint NULL,
    [persentase_kerusakan] decimal(5,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[kondisi_tanah] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_tanah' AND EXISTS (SELECT 1 FROM [staging].[kondisi_tanah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [id_tanah] = s.[id_tanah], [semester_id] = s.[semester_id], [kondisi] = s.[kondisi], [persentase_kerusakan] = s.[persentase_kerusakan], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[kondisi_tanah] AS t JOIN [staging].[kondisi_tanah] AS s ON t.[kondisi_tanah_id] = s.[kondisi_tanah_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_tanah' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT s.[id_tanah], CONVERT(varbinary(max), s.[semester_id]), s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[id_tanah], CONVERT(varbinary(max), t.[semester_id]), t.[kondisi], t.[persentase_kerusakan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[kondisi_tanah] ([kondisi_tanah_id], [id_tanah], [semester_id], [kondisi], [persentase_kerusakan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[kondisi_tanah_id], s.[id_tanah], s.[semester_id], s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[kondisi_tanah] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_tanah' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[kondisi_tanah_id] = s.[kondisi_tanah_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[kondisi_tanah] AS s JOIN [backbone].[kondisi_tanah] AS t ON t.[kondisi_tanah_id] = s.[kondisi_tanah_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_tanah' AND EXISTS (SELECT 1 FROM [staging].[kondisi_tanah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'kondisi_tanah' AND EXISTS (SELECT 1 FROM [staging].[kondisi_tanah] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'kondisi_tanah', LOWER(CONVERT(nvarchar(64), s.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[kondisi_tanah] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[kondisi_tanah];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'kondisi_tanah' AND EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'kondisi_tanah', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'kondisi_tanah' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'kondisi_tanah' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'kondisi_tanah', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_tanah' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_tanah' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'kondisi_tanah' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_tanah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'kondisi_tanah', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'kondisi_tanah' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_tanah' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[kondisi_tanah] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[kondisi_tanah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[kondisi_tanah] AS t JOIN [sync].[seen] AS s ON t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[kondisi_tanah] AS t ON t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_tanah' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_tanah' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'kondisi_tanah', LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[kondisi_tanah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'kondisi_tanah' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'kondisi_tanah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'kondisi_tanah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[kondisi_tanah] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'kondisi_tanah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'kondisi_tanah' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.id_tanah.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[tanah];
GO
-- orphans.id_tanah.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_tanah', N'id_tanah', LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_tanah] AS t WHERE t.[id_tanah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS p WHERE p.[id_tanah] = t.[id_tanah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_tanah' AND o.[field] = N'id_tanah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.id_tanah.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'kondisi_tanah' AND o.[field] = N'id_tanah' AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[id_tanah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS p WHERE p.[id_tanah] = t.[id_tanah]));
GO
-- orphans.id_tanah.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_tanah', N'id_tanah', LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_tanah] AS t WHERE t.[id_tanah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS p WHERE p.[id_tanah] = t.[id_tanah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_tanah' AND o.[field] = N'id_tanah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'kondisi_tanah' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.id_tanah.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_tanah', N'id_tanah', LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_tanah] AS t WHERE t.[id_tanah] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS p WHERE p.[id_tanah] = t.[id_tanah]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_tanah' AND o.[field] = N'id_tanah' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'tanah' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[id_tanah]);
GO
-- orphans.id_tanah.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'tanah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[kondisi_tanah] AS t ON t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'kondisi_tanah' AND o.[field] = N'id_tanah') AS x;
GO
-- orphans.semester_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[semester];
GO
-- orphans.semester_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_tanah', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_tanah] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_tanah' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.semester_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'kondisi_tanah' AND o.[field] = N'semester_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]));
GO
-- orphans.semester_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_tanah', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_tanah] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_tanah' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'kondisi_tanah' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.semester_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_tanah', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_tanah] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_tanah' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[semester_id]);
GO
-- orphans.semester_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[kondisi_tanah] AS t ON t.[kondisi_tanah_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'kondisi_tanah' AND o.[field] = N'semester_id') AS x;
GO
-- evict.id_tanah.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[kondisi_tanah] AS t ON LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'kondisi_tanah' AND t.[id_tanah] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[id_tanah]);
GO
-- evict.id_tanah.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'kondisi_tanah', LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[kondisi_tanah] AS t WHERE t.[id_tanah] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[id_tanah]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'kondisi_tanah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.id_tanah.2
DELETE t FROM [backbone].[kondisi_tanah] AS t WHERE t.[id_tanah] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[id_tanah]);
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[kondisi_tanah] AS t ON LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'kondisi_tanah' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'tanah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'kondisi_tanah', LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[kondisi_tanah] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'tanah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'kondisi_tanah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[kondisi_tanah] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'tanah' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_tanah])) COLLATE Latin1_General_100_BIN2));
GO
-- handed_over
UPDATE [backbone].[kondisi_tanah] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[kondisi_tanah]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_tanah' AND EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_tanah' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_tanah') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_tanah' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_tanah' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), t.[semester_id]) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[kondisi_tanah_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[kondisi_tanah] AS t LEFT JOIN [backbone].[tanah] AS p1 ON p1.[id_tanah] = t.[id_tanah] LEFT JOIN [backbone].[sekolah] AS p2 ON p2.[sekolah_id] = p1.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p2.[kode_wilayah] GROUP BY a.[kecamatan], CONVERT(nvarchar(64), t.[semester_id]);
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[kondisi_tanah_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[kondisi_tanah] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_tanah' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_tanah' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_tanah' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- kondisi_bangunan: Kondisi bangunan / Condition of a building
CREATE TABLE [backbone].[kondisi_bangunan] (
    [kondisi_bangunan_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [id_bangunan] uniqueidentifier NULL,
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [kondisi] smallint NULL,
    [persentase_kerusakan] decimal(5,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE INDEX [kondisi_bangunan_id_bangunan_idx] ON [backbone].[kondisi_bangunan] ([id_bangunan]);
GO
CREATE TABLE [staging].[kondisi_bangunan] (
    [kondisi_bangunan_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [id_bangunan] uniqueidentifier NULL,
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [kondisi] smallint NULL,
    [persentase_kerusakan] decimal(5,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[kondisi_bangunan] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_bangunan' AND EXISTS (SELECT 1 FROM [staging].[kondisi_bangunan] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [id_bangunan] = s.[id_bangunan], [semester_id] = s.[semester_id], [kondisi] = s.[kondisi], [persentase_kerusakan] = s.[persentase_kerusakan], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[kondisi_bangunan] AS t JOIN [staging].[kondisi_bangunan] AS s ON t.[kondisi_bangunan_id] = s.[kondisi_bangunan_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_bangunan' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT s.[id_bangunan], CONVERT(varbinary(max), s.[semester_id]), s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[id_bangunan], CONVERT(varbinary(max), t.[semester_id]), t.[kondisi], t.[persentase_kerusakan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[kondisi_bangunan] ([kondisi_bangunan_id], [id_bangunan], [semester_id], [kondisi], [persentase_kerusakan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[kondisi_bangunan_id], s.[id_bangunan], s.[semester_id], s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[kondisi_bangunan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_bangunan' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[kondisi_bangunan_id] = s.[kondisi_bangunan_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[kondisi_bangunan] AS s JOIN [backbone].[kondisi_bangunan] AS t ON t.[kondisi_bangunan_id] = s.[kondisi_bangunan_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_bangunan' AND EXISTS (SELECT 1 FROM [staging].[kondisi_bangunan] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'kondisi_bangunan' AND EXISTS (SELECT 1 FROM [staging].[kondisi_bangunan] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'kondisi_bangunan', LOWER(CONVERT(nvarchar(64), s.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[kondisi_bangunan] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[kondisi_bangunan];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'kondisi_bangunan' AND EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'kondisi_bangunan', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'kondisi_bangunan' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'kondisi_bangunan' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'kondisi_bangunan', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_bangunan' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_bangunan' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'kondisi_bangunan' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_bangunan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'kondisi_bangunan', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'kondisi_bangunan' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_bangunan' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[kondisi_bangunan] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[kondisi_bangunan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[kondisi_bangunan] AS t JOIN [sync].[seen] AS s ON t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[kondisi_bangunan] AS t ON t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_bangunan' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_bangunan' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'kondisi_bangunan', LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[kondisi_bangunan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'kondisi_bangunan' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'kondisi_bangunan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'kondisi_bangunan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[kondisi_bangunan] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'kondisi_bangunan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'kondisi_bangunan' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.id_bangunan.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[bangunan];
GO
-- orphans.id_bangunan.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_bangunan', N'id_bangunan', LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[id_bangunan] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS p WHERE p.[id_bangunan] = t.[id_bangunan]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_bangunan' AND o.[field] = N'id_bangunan' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.id_bangunan.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'kondisi_bangunan' AND o.[field] = N'id_bangunan' AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[id_bangunan] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS p WHERE p.[id_bangunan] = t.[id_bangunan]));
GO
-- orphans.id_bangunan.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_bangunan', N'id_bangunan', LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[id_bangunan] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS p WHERE p.[id_bangunan] = t.[id_bangunan]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_bangunan' AND o.[field] = N'id_bangunan' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'kondisi_bangunan' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.id_bangunan.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_bangunan', N'id_bangunan', LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[id_bangunan] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS p WHERE p.[id_bangunan] = t.[id_bangunan]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_bangunan' AND o.[field] = N'id_bangunan' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'bangunan' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[id_bangunan]);
GO
-- orphans.id_bangunan.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'bangunan' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[kondisi_bangunan] AS t ON t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'kondisi_bangunan' AND o.[field] = N'id_bangunan') AS x;
GO
-- orphans.semester_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[semester];
GO
-- orphans.semester_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_bangunan', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_bangunan' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.semester_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'kondisi_bangunan' AND o.[field] = N'semester_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]));
GO
-- orphans.semester_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_bangunan', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_bangunan' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'kondisi_bangunan' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.semester_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_bangunan', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_bangunan' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[semester_id]);
GO
-- orphans.semester_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[kondisi_bangunan] AS t ON t.[kondisi_bangunan_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'kondisi_bangunan' AND o.[field] = N'semester_id') AS x;
GO
-- evict.id_bangunan.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[kondisi_bangunan] AS t ON LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'kondisi_bangunan' AND t.[id_bangunan] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[id_bangunan]);
GO
-- evict.id_bangunan.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'kondisi_bangunan', LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[kondisi_bangunan] AS t WHERE t.[id_bangunan] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[id_bangunan]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'kondisi_bangunan' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.id_bangunan.2
DELETE t FROM [backbone].[kondisi_bangunan] AS t WHERE t.[id_bangunan] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[id_bangunan]);
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[kondisi_bangunan] AS t ON LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'kondisi_bangunan' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'bangunan' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'kondisi_bangunan', LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[kondisi_bangunan] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'bangunan' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'kondisi_bangunan' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[kondisi_bangunan] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'bangunan' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_bangunan])) COLLATE Latin1_General_100_BIN2));
GO
-- handed_over
UPDATE [backbone].[kondisi_bangunan] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[kondisi_bangunan]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_bangunan' AND EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_bangunan' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_bangunan') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_bangunan' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_bangunan' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), t.[semester_id]) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[kondisi_bangunan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[kondisi_bangunan] AS t LEFT JOIN [backbone].[bangunan] AS p1 ON p1.[id_bangunan] = t.[id_bangunan] LEFT JOIN [backbone].[sekolah] AS p2 ON p2.[sekolah_id] = p1.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p2.[kode_wilayah] GROUP BY a.[kecamatan], CONVERT(nvarchar(64), t.[semester_id]);
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[kondisi_bangunan_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[kondisi_bangunan] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_bangunan' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_bangunan' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_bangunan' AND q.[last_update] IS NULL) AS [unreadable];
GO

-- kondisi_ruang: Kondisi ruang / Condition of a room
CREATE TABLE [backbone].[kondisi_ruang] (
    [kondisi_ruang_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [id_ruang] uniqueidentifier NULL,
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [kondisi] smallint NULL,
    [persentase_kerusakan] decimal(5,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NOT NULL,
    [soft_delete] smallint NOT NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL,
    [stored_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET()
);
GO
CREATE INDEX [kondisi_ruang_id_ruang_idx] ON [backbone].[kondisi_ruang] ([id_ruang]);
GO
CREATE TABLE [staging].[kondisi_ruang] (
    [kondisi_ruang_id] uniqueidentifier NOT NULL PRIMARY KEY,
    [id_ruang] uniqueidentifier NULL,
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
    [kondisi] smallint NULL,
    [persentase_kerusakan] decimal(5,2) NULL,
    [create_date] datetimeoffset(6) NULL,
    [last_update] datetimeoffset(6) NULL,
    [soft_delete] smallint NULL,
    [last_sync] datetimeoffset(6) NULL,
    [updater_id] uniqueidentifier NULL,
    [flags] nvarchar(max) NULL
);
GO
-- staged
SELECT COUNT_BIG(*) FROM [staging].[kondisi_ruang] WITH (TABLOCKX, HOLDLOCK);
GO
-- revive
DELETE d FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_ruang' AND EXISTS (SELECT 1 FROM [staging].[kondisi_ruang] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 = d.[key] AND d.[last_update] < s.[last_update]);
GO
-- update
UPDATE t SET [id_ruang] = s.[id_ruang], [semester_id] = s.[semester_id], [kondisi] = s.[kondisi], [persentase_kerusakan] = s.[persentase_kerusakan], [create_date] = s.[create_date], [last_update] = s.[last_update], [soft_delete] = s.[soft_delete], [last_sync] = s.[last_sync], [updater_id] = s.[updater_id], [flags] = s.[flags], [stored_at] = SYSDATETIMEOFFSET() FROM [backbone].[kondisi_ruang] AS t JOIN [staging].[kondisi_ruang] AS s ON t.[kondisi_ruang_id] = s.[kondisi_ruang_id] WHERE s.[last_update] >= t.[last_update] AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_ruang' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND EXISTS (SELECT s.[id_ruang], CONVERT(varbinary(max), s.[semester_id]), s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[id_ruang], CONVERT(varbinary(max), t.[semester_id]), t.[kondisi], t.[persentase_kerusakan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags]));
GO
-- insert
INSERT INTO [backbone].[kondisi_ruang] ([kondisi_ruang_id], [id_ruang], [semester_id], [kondisi], [persentase_kerusakan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) SELECT s.[kondisi_ruang_id], s.[id_ruang], s.[semester_id], s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[kondisi_ruang] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_ruang' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[kondisi_ruang_id] = s.[kondisi_ruang_id]);
GO
-- stale
SELECT COUNT_BIG(*) FROM [staging].[kondisi_ruang] AS s JOIN [backbone].[kondisi_ruang] AS t ON t.[kondisi_ruang_id] = s.[kondisi_ruang_id] WHERE t.[last_update] > s.[last_update];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_ruang' AND EXISTS (SELECT 1 FROM [staging].[kondisi_ruang] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]));
GO
-- unhold
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'kondisi_ruang' AND EXISTS (SELECT 1 FROM [staging].[kondisi_ruang] AS s WHERE LOWER(CONVERT(nvarchar(64), s.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 = h.[key] AND (h.[kind] = N'absent' OR h.[last_update] < s.[last_update]));
GO
-- touch
INSERT INTO [sync].[touched] ([entity], [key]) SELECT N'kondisi_ruang', LOWER(CONVERT(nvarchar(64), s.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 FROM [staging].[kondisi_ruang] AS s;
GO
-- clear
TRUNCATE TABLE [staging].[kondisi_ruang];
GO
-- hold.0
UPDATE h SET [kind] = N'tombstone', [last_update] = CASE WHEN h.[last_update] > d.[last_update] THEN h.[last_update] ELSE d.[last_update] END FROM [sync].[held] AS h JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON h.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE h.[entity] = N'kondisi_ruang' AND EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- hold.1
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'kondisi_ruang', d.[key], N'tombstone', d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'kondisi_ruang' AND h.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- bury.0
UPDATE o SET [last_update] = d.[last_update] FROM [sync].[tombstone] AS o JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON o.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE o.[entity] = N'kondisi_ruang' AND d.[last_update] > o.[last_update] AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, d.[key]));
GO
-- bury.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT N'kondisi_ruang', d.[key], d.[last_update], ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, d.[key])) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_ruang' AND o.[key] = d.[key] COLLATE Latin1_General_100_BIN2);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_ruang' AND EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE d.[key] COLLATE Latin1_General_100_BIN2 = q.[key] AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]));
GO
-- set_aside.0
UPDATE q SET [reason] = a.[reason], [field] = a.[field], [last_update] = a.[last_update], [payload] = a.[payload], [last_run] = ?, [seen_at] = SYSDATETIMEOFFSET() FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a ON q.[key] = a.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = N'kondisi_ruang' AND (q.[last_update] IS NULL OR q.[last_update] <= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_ruang' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- set_aside.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [payload], [first_run], [last_run]) SELECT N'kondisi_ruang', a.[key], a.[reason], a.[field], a.[last_update], a.[payload], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [reason] nvarchar(64) '$.reason', [field] nvarchar(64) '$.field', [last_update] datetimeoffset(6) '$.last_update', [payload] nvarchar(max) '$.payload') AS a WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'kondisi_ruang' AND q.[key] = a.[key] COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_ruang' AND d.[key] = a.[key] COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= a.[last_update]) AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, a.[key]) AND t.[last_update] > a.[last_update]);
GO
-- remove
DELETE t FROM [backbone].[kondisi_ruang] AS t WHERE EXISTS (SELECT 1 FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, d.[key]) AND t.[last_update] <= d.[last_update]);
GO
-- saw
INSERT INTO [sync].[seen] ([key], [live]) SELECT d.[key], d.[live] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [live] bit '$.live') AS d;
GO
-- noted
INSERT INTO [sync].[seen] ([key], [live], [last_update]) SELECT d.[key], CONVERT(bit, 1), d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d;
GO
-- lacking
SELECT TOP (1) 1 AS [found] FROM [backbone].[kondisi_ruang] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2);
GO
-- ahead
UPDATE t SET [last_update] = DATEADD(microsecond, -1, s.[last_update]) FROM [backbone].[kondisi_ruang] AS t JOIN [sync].[seen] AS s ON t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE t.[last_update] > s.[last_update];
GO
-- behind
SELECT MIN(s.[last_update]) AS [behind] FROM [sync].[seen] AS s LEFT JOIN [backbone].[kondisi_ruang] AS t ON t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, s.[key]) WHERE (t.[last_update] IS NULL OR t.[last_update] < s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_ruang' AND q.[key] = s.[key] AND q.[last_update] >= s.[last_update]) AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_ruang' AND d.[key] = s.[key] AND d.[last_update] >= s.[last_update]);
GO
-- absent
INSERT INTO [sync].[held] ([entity], [key], [kind], [last_update], [run_id]) SELECT N'kondisi_ruang', LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2, N'absent', t.[last_update], ? FROM [backbone].[kondisi_ruang] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2) AND NOT EXISTS (SELECT 1 FROM [sync].[held] AS h WITH (UPDLOCK, HOLDLOCK) WHERE h.[entity] = N'kondisi_ruang' AND h.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2);
GO
-- settle_held.0
UPDATE o SET [last_update] = h.[last_update] FROM [sync].[tombstone] AS o JOIN [sync].[held] AS h ON o.[entity] = h.[entity] AND o.[key] = h.[key] WHERE h.[kind] = N'tombstone' AND h.[last_update] > o.[last_update] AND EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'kondisi_ruang' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.1
INSERT INTO [sync].[tombstone] ([entity], [key], [last_update], [run_id]) SELECT h.[entity], h.[key], h.[last_update], ? FROM [sync].[held] AS h WHERE h.[kind] = N'tombstone' AND NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = h.[entity] AND o.[key] = h.[key]) AND EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update]) AND h.[entity] = N'kondisi_ruang' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- settle_held.2
DELETE t FROM [backbone].[kondisi_ruang] AS t WHERE EXISTS (SELECT 1 FROM [sync].[held] AS h WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, h.[key]) AND t.[last_update] <= h.[last_update] AND h.[entity] = N'kondisi_ruang' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r)));
GO
-- settle_held.3
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = N'kondisi_ruang' AND (CONVERT(int, ?) = 1 OR h.[release_id] IN (SELECT CONVERT(bigint, r.[value]) FROM OPENJSON(?) AS r));
GO
-- orphans.id_ruang.any_parent
SELECT TOP (1) 1 AS [found] FROM [backbone].[ruang];
GO
-- orphans.id_ruang.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_ruang', N'id_ruang', LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_ruang] AS t WHERE t.[id_ruang] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS p WHERE p.[id_ruang] = t.[id_ruang]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_ruang' AND o.[field] = N'id_ruang' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.id_ruang.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'kondisi_ruang' AND o.[field] = N'id_ruang' AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[id_ruang] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS p WHERE p.[id_ruang] = t.[id_ruang]));
GO
-- orphans.id_ruang.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_ruang', N'id_ruang', LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_ruang] AS t WHERE t.[id_ruang] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS p WHERE p.[id_ruang] = t.[id_ruang]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_ruang' AND o.[field] = N'id_ruang' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'kondisi_ruang' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.id_ruang.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_ruang', N'id_ruang', LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_ruang] AS t WHERE t.[id_ruang] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS p WHERE p.[id_ruang] = t.[id_ruang]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_ruang' AND o.[field] = N'id_ruang' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ruang' AND d.[run_id] = ? AND TRY_CONVERT(uniqueidentifier, d.[key]) = t.[id_ruang]);
GO
-- orphans.id_ruang.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ruang' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[kondisi_ruang] AS t ON t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'kondisi_ruang' AND o.[field] = N'id_ruang') AS x;
GO
-- orphans.semester_id.any_parent
SELECT TOP (1) 1 AS [found] FROM [ref].[semester];
GO
-- orphans.semester_id.all_new
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_ruang', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_ruang] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_ruang' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.semester_id.healed
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = N'kondisi_ruang' AND o.[field] = N'semester_id' AND NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, o.[key]) AND t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]));
GO
-- orphans.semester_id.touched
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_ruang', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_ruang] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_ruang' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = N'kondisi_ruang' AND u.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2);
GO
-- orphans.semester_id.bereft
INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT N'kondisi_ruang', N'semester_id', LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 FROM [backbone].[kondisi_ruang] AS t WHERE t.[semester_id] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [ref].[semester] AS p WHERE p.[semester_id] = t.[semester_id]) AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.[entity] = N'kondisi_ruang' AND o.[field] = N'semester_id' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2) AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = N'ref.semester' AND d.[run_id] = ? AND TRY_CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2 = t.[semester_id]);
GO
-- orphans.semester_id.count
SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'ref.semester' AND q.[key] = CONVERT(nvarchar(64), t.[semester_id]) COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END AS [waiting] FROM [sync].[orphan] AS o JOIN [backbone].[kondisi_ruang] AS t ON t.[kondisi_ruang_id] = TRY_CONVERT(uniqueidentifier, o.[key]) WHERE o.[entity] = N'kondisi_ruang' AND o.[field] = N'semester_id') AS x;
GO
-- evict.id_ruang.0
UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[kondisi_ruang] AS t ON LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'kondisi_ruang' AND t.[id_ruang] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[id_ruang]);
GO
-- evict.id_ruang.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [field], [last_update], [first_run], [last_run]) SELECT N'kondisi_ruang', LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2, ?, ?, t.[last_update], ?, ? FROM [backbone].[kondisi_ruang] AS t WHERE t.[id_ruang] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[id_ruang]) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'kondisi_ruang' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2);
GO
-- evict.id_ruang.2
DELETE t FROM [backbone].[kondisi_ruang] AS t WHERE t.[id_ruang] IS NOT NULL AND EXISTS (SELECT 1 FROM OPENJSON(?) AS v WHERE TRY_CONVERT(uniqueidentifier, v.[value]) = t.[id_ruang]);
GO
-- sweep.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update], [last_run] = ? FROM [sync].[quarantine] AS q JOIN [backbone].[kondisi_ruang] AS t ON LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 = q.[key] WHERE q.[entity] = N'kondisi_ruang' AND (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'ruang' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2));
GO
-- sweep.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT N'kondisi_ruang', LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2, ?, t.[last_update], ?, ? FROM [backbone].[kondisi_ruang] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'ruang' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2)) AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = N'kondisi_ruang' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2);
GO
-- sweep.2
DELETE t FROM [backbone].[kondisi_ruang] AS t WHERE (EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = N'ruang' AND o.[reason] = N'outside_grant' AND o.[key] = LOWER(CONVERT(nvarchar(64), t.[id_ruang])) COLLATE Latin1_General_100_BIN2));
GO
-- handed_over
UPDATE [backbone].[kondisi_ruang] SET [last_update] = ?;
GO
-- holding
SELECT (SELECT COUNT_BIG(*) FROM [backbone].[kondisi_ruang]) - (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_ruang' AND EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 = q.[key])) AS [stored], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_ruang' AND q.[reason] NOT IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [quarantined], (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = N'kondisi_ruang') AS [deleted], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_ruang' AND q.[reason] = ?) AS [refused], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_ruang' AND q.[reason] IN (SELECT w.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS w)) AS [withheld];
GO
-- breakdown
WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth] FROM [ref].[mst_wilayah] AS m WHERE m.[id_level_wilayah] = 3 UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1 FROM [ref].[mst_wilayah] AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode] WHERE m.[id_level_wilayah] > 3 AND a.[depth] < 8) SELECT a.[kecamatan] AS [kecamatan], CONVERT(nvarchar(64), t.[semester_id]) AS [semester], COUNT_BIG(*) AS [live], COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[kondisi_ruang_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) AS [total] FROM [backbone].[kondisi_ruang] AS t LEFT JOIN [backbone].[ruang] AS p1 ON p1.[id_ruang] = t.[id_ruang] LEFT JOIN [backbone].[sekolah] AS p2 ON p2.[sekolah_id] = p1.[sekolah_id] LEFT JOIN [area] AS a ON a.[kode] = p2.[kode_wilayah] GROUP BY a.[kecamatan], CONVERT(nvarchar(64), t.[semester_id]);
GO
-- known
SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(LOWER(CONVERT(varchar(36), t.[kondisi_ruang_id])), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), t.[last_update])))), 1, 8)))), 0) FROM [backbone].[kondisi_ruang] AS t WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_ruang' AND q.[key] = LOWER(CONVERT(nvarchar(64), t.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2)) AS [stored], (SELECT COALESCE(SUM(CONVERT(decimal(38,0), CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT(CONVERT(varchar(100), q.[key]), '|', CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), q.[last_update])))), 1, 8)))), 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_ruang' AND q.[last_update] IS NOT NULL) AS [aside], (SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = N'kondisi_ruang' AND q.[last_update] IS NULL) AS [unreadable];
GO
