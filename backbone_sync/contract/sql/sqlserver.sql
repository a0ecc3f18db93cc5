-- Made from the data dictionary by `python -m backbone_sync.dictionary.generated`; not to be edited.
-- SQL Server 2016 or newer. Declared: no server has run it. ? are parameters.
CREATE SCHEMA [ref];
GO
CREATE SCHEMA [backbone];
GO
CREATE SCHEMA [staging];
GO
CREATE SCHEMA [sync];
GO
CREATE TABLE [sync].[tombstone] ([entity] varchar(64) NOT NULL, [key] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [last_update] datetimeoffset(6) NOT NULL, [run_id] bigint NOT NULL, PRIMARY KEY ([entity], [key]));
GO
CREATE TABLE [sync].[quarantine] ([entity] varchar(64) NOT NULL, [key] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, [reason] varchar(64) NOT NULL, [field] varchar(64) NULL, [last_update] datetimeoffset(6) NULL, [payload] nvarchar(max) NULL, [first_run] bigint NOT NULL, [last_run] bigint NOT NULL, [seen_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET(), PRIMARY KEY ([entity], [key]));
GO
CREATE TABLE [sync].[cursor] ([entity] varchar(64) NOT NULL PRIMARY KEY, [since_update] datetimeoffset(6) NULL, [high_update] datetimeoffset(6) NULL, [floor_update] datetimeoffset(6) NULL, [position] nvarchar(2000) NULL, [fields] nvarchar(max) NOT NULL, [region] varchar(8) NOT NULL, [moved_at] datetimeoffset(6) NOT NULL DEFAULT SYSDATETIMEOFFSET());
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
    [kode_wilayah] nvarchar(16) COLLATE Latin1_General_100_BIN2 NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_mst_wilayah] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[kode_wilayah])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.mst_wilayah' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[mst_wilayah] WITH (HOLDLOCK) AS t USING (SELECT RTRIM(s.[kode_wilayah]) AS [kode_wilayah], s.[nama], s.[id_level_wilayah], RTRIM(s.[mst_kode_wilayah]) AS [mst_kode_wilayah], RTRIM(s.[kode_bps]) AS [kode_bps], RTRIM(s.[kode_dagri]) AS [kode_dagri], RTRIM(s.[kode_keu]) AS [kode_keu], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_mst_wilayah] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.mst_wilayah' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[kode_wilayah])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[kode_wilayah] = s.[kode_wilayah] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[id_level_wilayah], CONVERT(varbinary(max), s.[mst_kode_wilayah]), CONVERT(varbinary(max), s.[kode_bps]), CONVERT(varbinary(max), s.[kode_dagri]), CONVERT(varbinary(max), s.[kode_keu]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[id_level_wilayah], CONVERT(varbinary(max), t.[mst_kode_wilayah]), CONVERT(varbinary(max), t.[kode_bps]), CONVERT(varbinary(max), t.[kode_dagri]), CONVERT(varbinary(max), t.[kode_keu]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[id_level_wilayah] = s.[id_level_wilayah], t.[mst_kode_wilayah] = s.[mst_kode_wilayah], t.[kode_bps] = s.[kode_bps], t.[kode_dagri] = s.[kode_dagri], t.[kode_keu] = s.[kode_keu], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([kode_wilayah], [nama], [id_level_wilayah], [mst_kode_wilayah], [kode_bps], [kode_dagri], [kode_keu], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[kode_wilayah], s.[nama], s.[id_level_wilayah], s.[mst_kode_wilayah], s.[kode_bps], s.[kode_dagri], s.[kode_keu], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_mst_wilayah] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[kode_wilayah])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.mst_wilayah' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_mst_wilayah];
GO
-- remove
DELETE t FROM [ref].[mst_wilayah] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[kode_wilayah] = CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2 WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[mst_wilayah] AS t WHERE t.[kode_wilayah] = CONVERT(nvarchar(16), d.[key]) COLLATE Latin1_General_100_BIN2)) AS g ON o.[entity] = 'ref.mst_wilayah' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.mst_wilayah', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.mst_wilayah' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[kode_wilayah])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[mst_wilayah] AS t;
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
    [agama_id] smallint NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_agama] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[agama_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.agama' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[agama] WITH (HOLDLOCK) AS t USING (SELECT s.[agama_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_agama] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.agama' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[agama_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[agama_id] = s.[agama_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([agama_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[agama_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_agama] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[agama_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.agama' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_agama];
GO
-- remove
DELETE t FROM [ref].[agama] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[agama_id] = CONVERT(smallint, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[agama] AS t WHERE t.[agama_id] = CONVERT(smallint, d.[key]))) AS g ON o.[entity] = 'ref.agama' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.agama', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.agama' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[agama_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[agama] AS t;
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
    [bentuk_pendidikan_id] smallint NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_bentuk_pendidikan] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[bentuk_pendidikan_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.bentuk_pendidikan' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[bentuk_pendidikan] WITH (HOLDLOCK) AS t USING (SELECT s.[bentuk_pendidikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_bentuk_pendidikan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.bentuk_pendidikan' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[bentuk_pendidikan_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[bentuk_pendidikan_id] = s.[bentuk_pendidikan_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([bentuk_pendidikan_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[bentuk_pendidikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_bentuk_pendidikan] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[bentuk_pendidikan_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.bentuk_pendidikan' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_bentuk_pendidikan];
GO
-- remove
DELETE t FROM [ref].[bentuk_pendidikan] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[bentuk_pendidikan_id] = CONVERT(smallint, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[bentuk_pendidikan] AS t WHERE t.[bentuk_pendidikan_id] = CONVERT(smallint, d.[key]))) AS g ON o.[entity] = 'ref.bentuk_pendidikan' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.bentuk_pendidikan', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.bentuk_pendidikan' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[bentuk_pendidikan_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[bentuk_pendidikan] AS t;
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
    [jenjang_pendidikan_id] smallint NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_jenjang_pendidikan] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenjang_pendidikan_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.jenjang_pendidikan' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[jenjang_pendidikan] WITH (HOLDLOCK) AS t USING (SELECT s.[jenjang_pendidikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jenjang_pendidikan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.jenjang_pendidikan' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenjang_pendidikan_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[jenjang_pendidikan_id] = s.[jenjang_pendidikan_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([jenjang_pendidikan_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[jenjang_pendidikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_jenjang_pendidikan] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenjang_pendidikan_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jenjang_pendidikan' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_jenjang_pendidikan];
GO
-- remove
DELETE t FROM [ref].[jenjang_pendidikan] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[jenjang_pendidikan_id] = CONVERT(smallint, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jenjang_pendidikan] AS t WHERE t.[jenjang_pendidikan_id] = CONVERT(smallint, d.[key]))) AS g ON o.[entity] = 'ref.jenjang_pendidikan' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.jenjang_pendidikan', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jenjang_pendidikan' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[jenjang_pendidikan_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[jenjang_pendidikan] AS t;
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
    [tingkat_pendidikan_id] smallint NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_tingkat_pendidikan] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[tingkat_pendidikan_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.tingkat_pendidikan' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[tingkat_pendidikan] WITH (HOLDLOCK) AS t USING (SELECT s.[tingkat_pendidikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_tingkat_pendidikan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.tingkat_pendidikan' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[tingkat_pendidikan_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[tingkat_pendidikan_id] = s.[tingkat_pendidikan_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([tingkat_pendidikan_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[tingkat_pendidikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_tingkat_pendidikan] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[tingkat_pendidikan_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.tingkat_pendidikan' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_tingkat_pendidikan];
GO
-- remove
DELETE t FROM [ref].[tingkat_pendidikan] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[tingkat_pendidikan_id] = CONVERT(smallint, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[tingkat_pendidikan] AS t WHERE t.[tingkat_pendidikan_id] = CONVERT(smallint, d.[key]))) AS g ON o.[entity] = 'ref.tingkat_pendidikan' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.tingkat_pendidikan', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.tingkat_pendidikan' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[tingkat_pendidikan_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[tingkat_pendidikan] AS t;
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
    [tahun_ajaran_id] smallint NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_tahun_ajaran] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[tahun_ajaran_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.tahun_ajaran' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[tahun_ajaran] WITH (HOLDLOCK) AS t USING (SELECT s.[tahun_ajaran_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_tahun_ajaran] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.tahun_ajaran' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[tahun_ajaran_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[tahun_ajaran_id] = s.[tahun_ajaran_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([tahun_ajaran_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[tahun_ajaran_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_tahun_ajaran] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[tahun_ajaran_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.tahun_ajaran' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_tahun_ajaran];
GO
-- remove
DELETE t FROM [ref].[tahun_ajaran] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[tahun_ajaran_id] = CONVERT(smallint, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[tahun_ajaran] AS t WHERE t.[tahun_ajaran_id] = CONVERT(smallint, d.[key]))) AS g ON o.[entity] = 'ref.tahun_ajaran' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.tahun_ajaran', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.tahun_ajaran' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[tahun_ajaran_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[tahun_ajaran] AS t;
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
    [semester_id] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_semester] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[semester_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.semester' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[semester] WITH (HOLDLOCK) AS t USING (SELECT RTRIM(s.[semester_id]) AS [semester_id], s.[nama], s.[tahun_ajaran_id], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_semester] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.semester' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[semester_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[semester_id] = s.[semester_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[tahun_ajaran_id], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[tahun_ajaran_id], t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[tahun_ajaran_id] = s.[tahun_ajaran_id], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([semester_id], [nama], [tahun_ajaran_id], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[semester_id], s.[nama], s.[tahun_ajaran_id], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_semester] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[semester_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.semester' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_semester];
GO
-- remove
DELETE t FROM [ref].[semester] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[semester_id] = CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2 WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[semester] AS t WHERE t.[semester_id] = CONVERT(nvarchar(10), d.[key]) COLLATE Latin1_General_100_BIN2)) AS g ON o.[entity] = 'ref.semester' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.semester', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.semester' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[semester_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[semester] AS t;
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
    [jenis_ptk_id] smallint NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_jenis_ptk] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_ptk_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.jenis_ptk' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[jenis_ptk] WITH (HOLDLOCK) AS t USING (SELECT s.[jenis_ptk_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jenis_ptk] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.jenis_ptk' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_ptk_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[jenis_ptk_id] = s.[jenis_ptk_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([jenis_ptk_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[jenis_ptk_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_jenis_ptk] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_ptk_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jenis_ptk' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_jenis_ptk];
GO
-- remove
DELETE t FROM [ref].[jenis_ptk] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[jenis_ptk_id] = CONVERT(smallint, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jenis_ptk] AS t WHERE t.[jenis_ptk_id] = CONVERT(smallint, d.[key]))) AS g ON o.[entity] = 'ref.jenis_ptk' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.jenis_ptk', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jenis_ptk' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[jenis_ptk_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[jenis_ptk] AS t;
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
    [status_kepegawaian_id] smallint NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_status_kepegawaian] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[status_kepegawaian_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.status_kepegawaian' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[status_kepegawaian] WITH (HOLDLOCK) AS t USING (SELECT s.[status_kepegawaian_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_status_kepegawaian] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.status_kepegawaian' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[status_kepegawaian_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[status_kepegawaian_id] = s.[status_kepegawaian_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([status_kepegawaian_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[status_kepegawaian_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_status_kepegawaian] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[status_kepegawaian_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.status_kepegawaian' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_status_kepegawaian];
GO
-- remove
DELETE t FROM [ref].[status_kepegawaian] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[status_kepegawaian_id] = CONVERT(smallint, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[status_kepegawaian] AS t WHERE t.[status_kepegawaian_id] = CONVERT(smallint, d.[key]))) AS g ON o.[entity] = 'ref.status_kepegawaian' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.status_kepegawaian', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.status_kepegawaian' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[status_kepegawaian_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[status_kepegawaian] AS t;
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
    [jenis_keluar_id] nvarchar(2) COLLATE Latin1_General_100_BIN2 NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_jenis_keluar] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_keluar_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.jenis_keluar' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[jenis_keluar] WITH (HOLDLOCK) AS t USING (SELECT RTRIM(s.[jenis_keluar_id]) AS [jenis_keluar_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jenis_keluar] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.jenis_keluar' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_keluar_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[jenis_keluar_id] = s.[jenis_keluar_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([jenis_keluar_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[jenis_keluar_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_jenis_keluar] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_keluar_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jenis_keluar' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_jenis_keluar];
GO
-- remove
DELETE t FROM [ref].[jenis_keluar] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[jenis_keluar_id] = CONVERT(nvarchar(2), d.[key]) COLLATE Latin1_General_100_BIN2 WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jenis_keluar] AS t WHERE t.[jenis_keluar_id] = CONVERT(nvarchar(2), d.[key]) COLLATE Latin1_General_100_BIN2)) AS g ON o.[entity] = 'ref.jenis_keluar' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.jenis_keluar', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jenis_keluar' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[jenis_keluar_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[jenis_keluar] AS t;
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
    [jenis_pendaftaran_id] smallint NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_jenis_pendaftaran] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_pendaftaran_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.jenis_pendaftaran' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[jenis_pendaftaran] WITH (HOLDLOCK) AS t USING (SELECT s.[jenis_pendaftaran_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jenis_pendaftaran] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.jenis_pendaftaran' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_pendaftaran_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[jenis_pendaftaran_id] = s.[jenis_pendaftaran_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([jenis_pendaftaran_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[jenis_pendaftaran_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_jenis_pendaftaran] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_pendaftaran_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jenis_pendaftaran' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_jenis_pendaftaran];
GO
-- remove
DELETE t FROM [ref].[jenis_pendaftaran] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[jenis_pendaftaran_id] = CONVERT(smallint, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jenis_pendaftaran] AS t WHERE t.[jenis_pendaftaran_id] = CONVERT(smallint, d.[key]))) AS g ON o.[entity] = 'ref.jenis_pendaftaran' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.jenis_pendaftaran', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jenis_pendaftaran' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[jenis_pendaftaran_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[jenis_pendaftaran] AS t;
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
    [kurikulum_id] int NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_kurikulum] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[kurikulum_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.kurikulum' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[kurikulum] WITH (HOLDLOCK) AS t USING (SELECT s.[kurikulum_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_kurikulum] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.kurikulum' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[kurikulum_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[kurikulum_id] = s.[kurikulum_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([kurikulum_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[kurikulum_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_kurikulum] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[kurikulum_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.kurikulum' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_kurikulum];
GO
-- remove
DELETE t FROM [ref].[kurikulum] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[kurikulum_id] = CONVERT(int, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[kurikulum] AS t WHERE t.[kurikulum_id] = CONVERT(int, d.[key]))) AS g ON o.[entity] = 'ref.kurikulum' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.kurikulum', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.kurikulum' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[kurikulum_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[kurikulum] AS t;
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
    [mata_pelajaran_id] int NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_mata_pelajaran] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[mata_pelajaran_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.mata_pelajaran' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[mata_pelajaran] WITH (HOLDLOCK) AS t USING (SELECT s.[mata_pelajaran_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_mata_pelajaran] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.mata_pelajaran' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[mata_pelajaran_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[mata_pelajaran_id] = s.[mata_pelajaran_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([mata_pelajaran_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[mata_pelajaran_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_mata_pelajaran] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[mata_pelajaran_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.mata_pelajaran' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_mata_pelajaran];
GO
-- remove
DELETE t FROM [ref].[mata_pelajaran] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[mata_pelajaran_id] = CONVERT(int, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[mata_pelajaran] AS t WHERE t.[mata_pelajaran_id] = CONVERT(int, d.[key]))) AS g ON o.[entity] = 'ref.mata_pelajaran' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.mata_pelajaran', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.mata_pelajaran' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[mata_pelajaran_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[mata_pelajaran] AS t;
GO

-- ref.jurusan: Jurusan / Field of study
CREATE TABLE [ref].[jurusan] (
    [jurusan_id] nvarchar(50) NOT NULL PRIMARY KEY,
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
    [jurusan_id] nvarchar(50) NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_jurusan] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jurusan_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.jurusan' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[jurusan] WITH (HOLDLOCK) AS t USING (SELECT s.[jurusan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jurusan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.jurusan' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jurusan_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[jurusan_id] = s.[jurusan_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([jurusan_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[jurusan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_jurusan] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[jurusan_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jurusan' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_jurusan];
GO
-- remove
DELETE t FROM [ref].[jurusan] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[jurusan_id] = CONVERT(nvarchar(50), d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jurusan] AS t WHERE t.[jurusan_id] = CONVERT(nvarchar(50), d.[key]))) AS g ON o.[entity] = 'ref.jurusan' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.jurusan', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jurusan' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[jurusan_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[jurusan] AS t;
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
    [status_kepemilikan_id] smallint NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_status_kepemilikan] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[status_kepemilikan_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.status_kepemilikan' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[status_kepemilikan] WITH (HOLDLOCK) AS t USING (SELECT s.[status_kepemilikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_status_kepemilikan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.status_kepemilikan' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[status_kepemilikan_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[status_kepemilikan_id] = s.[status_kepemilikan_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([status_kepemilikan_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[status_kepemilikan_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_status_kepemilikan] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[status_kepemilikan_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.status_kepemilikan' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_status_kepemilikan];
GO
-- remove
DELETE t FROM [ref].[status_kepemilikan] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[status_kepemilikan_id] = CONVERT(smallint, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[status_kepemilikan] AS t WHERE t.[status_kepemilikan_id] = CONVERT(smallint, d.[key]))) AS g ON o.[entity] = 'ref.status_kepemilikan' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.status_kepemilikan', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.status_kepemilikan' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[status_kepemilikan_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[status_kepemilikan] AS t;
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
    [jenis_prasarana_id] smallint NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ref_jenis_prasarana] AS s ON d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_prasarana_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ref.jenis_prasarana' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [ref].[jenis_prasarana] WITH (HOLDLOCK) AS t USING (SELECT s.[jenis_prasarana_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ref_jenis_prasarana] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ref.jenis_prasarana' AND d.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_prasarana_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[jenis_prasarana_id] = s.[jenis_prasarana_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), t.[expired_date], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[expired_date] = s.[expired_date], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([jenis_prasarana_id], [nama], [expired_date], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[jenis_prasarana_id], s.[nama], s.[expired_date], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ref_jenis_prasarana] AS s ON q.[key] = RTRIM(CONVERT(nvarchar(64), s.[jenis_prasarana_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jenis_prasarana' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ref_jenis_prasarana];
GO
-- remove
DELETE t FROM [ref].[jenis_prasarana] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[jenis_prasarana_id] = CONVERT(smallint, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [ref].[jenis_prasarana] AS t WHERE t.[jenis_prasarana_id] = CONVERT(smallint, d.[key]))) AS g ON o.[entity] = 'ref.jenis_prasarana' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ref.jenis_prasarana', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ref.jenis_prasarana' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', RTRIM(CONVERT(varchar(100), t.[jenis_prasarana_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [ref].[jenis_prasarana] AS t;
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
    [sekolah_id] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[sekolah] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'sekolah' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[sekolah] WITH (HOLDLOCK) AS t USING (SELECT s.[sekolah_id], s.[nama], s.[nama_nomenklatur], s.[nss], s.[npsn], s.[bentuk_pendidikan_id], s.[alamat_jalan], s.[rt], s.[rw], s.[nama_dusun], s.[desa_kelurahan], RTRIM(s.[kode_wilayah]) AS [kode_wilayah], RTRIM(s.[kode_pos]) AS [kode_pos], s.[lintang], s.[bujur], s.[nomor_telepon], s.[nomor_fax], s.[email], s.[website], s.[status_sekolah], s.[sk_pendirian_sekolah], s.[tanggal_sk_pendirian], s.[status_kepemilikan_id], s.[sk_izin_operasional], s.[tanggal_sk_izin_operasional], s.[akreditasi], s.[keaktifan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[sekolah] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'sekolah' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[sekolah_id] = s.[sekolah_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), CONVERT(varbinary(max), s.[nama_nomenklatur]), CONVERT(varbinary(max), s.[nss]), CONVERT(varbinary(max), s.[npsn]), s.[bentuk_pendidikan_id], CONVERT(varbinary(max), s.[alamat_jalan]), s.[rt], s.[rw], CONVERT(varbinary(max), s.[nama_dusun]), CONVERT(varbinary(max), s.[desa_kelurahan]), CONVERT(varbinary(max), s.[kode_wilayah]), CONVERT(varbinary(max), s.[kode_pos]), s.[lintang], s.[bujur], CONVERT(varbinary(max), s.[nomor_telepon]), CONVERT(varbinary(max), s.[nomor_fax]), CONVERT(varbinary(max), s.[email]), CONVERT(varbinary(max), s.[website]), s.[status_sekolah], CONVERT(varbinary(max), s.[sk_pendirian_sekolah]), s.[tanggal_sk_pendirian], s.[status_kepemilikan_id], CONVERT(varbinary(max), s.[sk_izin_operasional]), s.[tanggal_sk_izin_operasional], CONVERT(varbinary(max), s.[akreditasi]), s.[keaktifan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), CONVERT(varbinary(max), t.[nama_nomenklatur]), CONVERT(varbinary(max), t.[nss]), CONVERT(varbinary(max), t.[npsn]), t.[bentuk_pendidikan_id], CONVERT(varbinary(max), t.[alamat_jalan]), t.[rt], t.[rw], CONVERT(varbinary(max), t.[nama_dusun]), CONVERT(varbinary(max), t.[desa_kelurahan]), CONVERT(varbinary(max), t.[kode_wilayah]), CONVERT(varbinary(max), t.[kode_pos]), t.[lintang], t.[bujur], CONVERT(varbinary(max), t.[nomor_telepon]), CONVERT(varbinary(max), t.[nomor_fax]), CONVERT(varbinary(max), t.[email]), CONVERT(varbinary(max), t.[website]), t.[status_sekolah], CONVERT(varbinary(max), t.[sk_pendirian_sekolah]), t.[tanggal_sk_pendirian], t.[status_kepemilikan_id], CONVERT(varbinary(max), t.[sk_izin_operasional]), t.[tanggal_sk_izin_operasional], CONVERT(varbinary(max), t.[akreditasi]), t.[keaktifan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[nama_nomenklatur] = s.[nama_nomenklatur], t.[nss] = s.[nss], t.[npsn] = s.[npsn], t.[bentuk_pendidikan_id] = s.[bentuk_pendidikan_id], t.[alamat_jalan] = s.[alamat_jalan], t.[rt] = s.[rt], t.[rw] = s.[rw], t.[nama_dusun] = s.[nama_dusun], t.[desa_kelurahan] = s.[desa_kelurahan], t.[kode_wilayah] = s.[kode_wilayah], t.[kode_pos] = s.[kode_pos], t.[lintang] = s.[lintang], t.[bujur] = s.[bujur], t.[nomor_telepon] = s.[nomor_telepon], t.[nomor_fax] = s.[nomor_fax], t.[email] = s.[email], t.[website] = s.[website], t.[status_sekolah] = s.[status_sekolah], t.[sk_pendirian_sekolah] = s.[sk_pendirian_sekolah], t.[tanggal_sk_pendirian] = s.[tanggal_sk_pendirian], t.[status_kepemilikan_id] = s.[status_kepemilikan_id], t.[sk_izin_operasional] = s.[sk_izin_operasional], t.[tanggal_sk_izin_operasional] = s.[tanggal_sk_izin_operasional], t.[akreditasi] = s.[akreditasi], t.[keaktifan] = s.[keaktifan], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([sekolah_id], [nama], [nama_nomenklatur], [nss], [npsn], [bentuk_pendidikan_id], [alamat_jalan], [rt], [rw], [nama_dusun], [desa_kelurahan], [kode_wilayah], [kode_pos], [lintang], [bujur], [nomor_telepon], [nomor_fax], [email], [website], [status_sekolah], [sk_pendirian_sekolah], [tanggal_sk_pendirian], [status_kepemilikan_id], [sk_izin_operasional], [tanggal_sk_izin_operasional], [akreditasi], [keaktifan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[sekolah_id], s.[nama], s.[nama_nomenklatur], s.[nss], s.[npsn], s.[bentuk_pendidikan_id], s.[alamat_jalan], s.[rt], s.[rw], s.[nama_dusun], s.[desa_kelurahan], s.[kode_wilayah], s.[kode_pos], s.[lintang], s.[bujur], s.[nomor_telepon], s.[nomor_fax], s.[email], s.[website], s.[status_sekolah], s.[sk_pendirian_sekolah], s.[tanggal_sk_pendirian], s.[status_kepemilikan_id], s.[sk_izin_operasional], s.[tanggal_sk_izin_operasional], s.[akreditasi], s.[keaktifan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[sekolah] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[sekolah_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'sekolah' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[sekolah];
GO
-- remove
DELETE t FROM [backbone].[sekolah] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[sekolah_id] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[sekolah] AS t WHERE t.[sekolah_id] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'sekolah' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('sekolah', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'sekolah' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[sekolah_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[sekolah] AS t;
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
    [peserta_didik_id] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[peserta_didik] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'peserta_didik' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[peserta_didik] WITH (HOLDLOCK) AS t USING (SELECT s.[peserta_didik_id], s.[nama], s.[jenis_kelamin], s.[nisn], s.[nik], s.[no_kk], s.[tempat_lahir], s.[tanggal_lahir], s.[agama_id], s.[kebutuhan_khusus_id], s.[alamat_jalan], s.[rt], s.[rw], s.[nama_dusun], s.[desa_kelurahan], RTRIM(s.[kode_wilayah]) AS [kode_wilayah], RTRIM(s.[kode_pos]) AS [kode_pos], s.[lintang], s.[bujur], s.[jenis_tinggal_id], s.[alat_transportasi_id], s.[nomor_telepon_seluler], s.[email], s.[penerima_kps], s.[penerima_kip], s.[layak_pip], s.[nama_ayah], s.[pekerjaan_id_ayah], s.[penghasilan_id_ayah], s.[nama_ibu_kandung], s.[pekerjaan_id_ibu], s.[penghasilan_id_ibu], s.[nama_wali], RTRIM(s.[kewarganegaraan]) AS [kewarganegaraan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[peserta_didik] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'peserta_didik' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[peserta_didik_id] = s.[peserta_didik_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), CONVERT(varbinary(max), s.[jenis_kelamin]), CONVERT(varbinary(max), s.[nisn]), CONVERT(varbinary(max), s.[nik]), CONVERT(varbinary(max), s.[no_kk]), CONVERT(varbinary(max), s.[tempat_lahir]), s.[tanggal_lahir], s.[agama_id], s.[kebutuhan_khusus_id], CONVERT(varbinary(max), s.[alamat_jalan]), s.[rt], s.[rw], CONVERT(varbinary(max), s.[nama_dusun]), CONVERT(varbinary(max), s.[desa_kelurahan]), CONVERT(varbinary(max), s.[kode_wilayah]), CONVERT(varbinary(max), s.[kode_pos]), s.[lintang], s.[bujur], s.[jenis_tinggal_id], s.[alat_transportasi_id], CONVERT(varbinary(max), s.[nomor_telepon_seluler]), CONVERT(varbinary(max), s.[email]), s.[penerima_kps], s.[penerima_kip], s.[layak_pip], CONVERT(varbinary(max), s.[nama_ayah]), s.[pekerjaan_id_ayah], s.[penghasilan_id_ayah], CONVERT(varbinary(max), s.[nama_ibu_kandung]), s.[pekerjaan_id_ibu], s.[penghasilan_id_ibu], CONVERT(varbinary(max), s.[nama_wali]), CONVERT(varbinary(max), s.[kewarganegaraan]), s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), CONVERT(varbinary(max), t.[jenis_kelamin]), CONVERT(varbinary(max), t.[nisn]), CONVERT(varbinary(max), t.[nik]), CONVERT(varbinary(max), t.[no_kk]), CONVERT(varbinary(max), t.[tempat_lahir]), t.[tanggal_lahir], t.[agama_id], t.[kebutuhan_khusus_id], CONVERT(varbinary(max), t.[alamat_jalan]), t.[rt], t.[rw], CONVERT(varbinary(max), t.[nama_dusun]), CONVERT(varbinary(max), t.[desa_kelurahan]), CONVERT(varbinary(max), t.[kode_wilayah]), CONVERT(varbinary(max), t.[kode_pos]), t.[lintang], t.[bujur], t.[jenis_tinggal_id], t.[alat_transportasi_id], CONVERT(varbinary(max), t.[nomor_telepon_seluler]), CONVERT(varbinary(max), t.[email]), t.[penerima_kps], t.[penerima_kip], t.[layak_pip], CONVERT(varbinary(max), t.[nama_ayah]), t.[pekerjaan_id_ayah], t.[penghasilan_id_ayah], CONVERT(varbinary(max), t.[nama_ibu_kandung]), t.[pekerjaan_id_ibu], t.[penghasilan_id_ibu], CONVERT(varbinary(max), t.[nama_wali]), CONVERT(varbinary(max), t.[kewarganegaraan]), t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[jenis_kelamin] = s.[jenis_kelamin], t.[nisn] = s.[nisn], t.[nik] = s.[nik], t.[no_kk] = s.[no_kk], t.[tempat_lahir] = s.[tempat_lahir], t.[tanggal_lahir] = s.[tanggal_lahir], t.[agama_id] = s.[agama_id], t.[kebutuhan_khusus_id] = s.[kebutuhan_khusus_id], t.[alamat_jalan] = s.[alamat_jalan], t.[rt] = s.[rt], t.[rw] = s.[rw], t.[nama_dusun] = s.[nama_dusun], t.[desa_kelurahan] = s.[desa_kelurahan], t.[kode_wilayah] = s.[kode_wilayah], t.[kode_pos] = s.[kode_pos], t.[lintang] = s.[lintang], t.[bujur] = s.[bujur], t.[jenis_tinggal_id] = s.[jenis_tinggal_id], t.[alat_transportasi_id] = s.[alat_transportasi_id], t.[nomor_telepon_seluler] = s.[nomor_telepon_seluler], t.[email] = s.[email], t.[penerima_kps] = s.[penerima_kps], t.[penerima_kip] = s.[penerima_kip], t.[layak_pip] = s.[layak_pip], t.[nama_ayah] = s.[nama_ayah], t.[pekerjaan_id_ayah] = s.[pekerjaan_id_ayah], t.[penghasilan_id_ayah] = s.[penghasilan_id_ayah], t.[nama_ibu_kandung] = s.[nama_ibu_kandung], t.[pekerjaan_id_ibu] = s.[pekerjaan_id_ibu], t.[penghasilan_id_ibu] = s.[penghasilan_id_ibu], t.[nama_wali] = s.[nama_wali], t.[kewarganegaraan] = s.[kewarganegaraan], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([peserta_didik_id], [nama], [jenis_kelamin], [nisn], [nik], [no_kk], [tempat_lahir], [tanggal_lahir], [agama_id], [kebutuhan_khusus_id], [alamat_jalan], [rt], [rw], [nama_dusun], [desa_kelurahan], [kode_wilayah], [kode_pos], [lintang], [bujur], [jenis_tinggal_id], [alat_transportasi_id], [nomor_telepon_seluler], [email], [penerima_kps], [penerima_kip], [layak_pip], [nama_ayah], [pekerjaan_id_ayah], [penghasilan_id_ayah], [nama_ibu_kandung], [pekerjaan_id_ibu], [penghasilan_id_ibu], [nama_wali], [kewarganegaraan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[peserta_didik_id], s.[nama], s.[jenis_kelamin], s.[nisn], s.[nik], s.[no_kk], s.[tempat_lahir], s.[tanggal_lahir], s.[agama_id], s.[kebutuhan_khusus_id], s.[alamat_jalan], s.[rt], s.[rw], s.[nama_dusun], s.[desa_kelurahan], s.[kode_wilayah], s.[kode_pos], s.[lintang], s.[bujur], s.[jenis_tinggal_id], s.[alat_transportasi_id], s.[nomor_telepon_seluler], s.[email], s.[penerima_kps], s.[penerima_kip], s.[layak_pip], s.[nama_ayah], s.[pekerjaan_id_ayah], s.[penghasilan_id_ayah], s.[nama_ibu_kandung], s.[pekerjaan_id_ibu], s.[penghasilan_id_ibu], s.[nama_wali], s.[kewarganegaraan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[peserta_didik] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[peserta_didik_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'peserta_didik' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[peserta_didik];
GO
-- remove
DELETE t FROM [backbone].[peserta_didik] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[peserta_didik_id] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[peserta_didik] AS t WHERE t.[peserta_didik_id] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'peserta_didik' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('peserta_didik', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'peserta_didik' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[peserta_didik_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[peserta_didik] AS t;
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
    [registrasi_id] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[registrasi_peserta_didik] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[registrasi_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'registrasi_peserta_didik' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[registrasi_peserta_didik] WITH (HOLDLOCK) AS t USING (SELECT s.[registrasi_id], s.[peserta_didik_id], s.[sekolah_id], s.[jenis_pendaftaran_id], s.[nipd], s.[tanggal_masuk_sekolah], RTRIM(s.[jenis_keluar_id]) AS [jenis_keluar_id], s.[tanggal_keluar], s.[sekolah_asal], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[registrasi_peserta_didik] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'registrasi_peserta_didik' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[registrasi_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[registrasi_id] = s.[registrasi_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT s.[peserta_didik_id], s.[sekolah_id], s.[jenis_pendaftaran_id], CONVERT(varbinary(max), s.[nipd]), s.[tanggal_masuk_sekolah], CONVERT(varbinary(max), s.[jenis_keluar_id]), s.[tanggal_keluar], CONVERT(varbinary(max), s.[sekolah_asal]), s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[peserta_didik_id], t.[sekolah_id], t.[jenis_pendaftaran_id], CONVERT(varbinary(max), t.[nipd]), t.[tanggal_masuk_sekolah], CONVERT(varbinary(max), t.[jenis_keluar_id]), t.[tanggal_keluar], CONVERT(varbinary(max), t.[sekolah_asal]), t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[peserta_didik_id] = s.[peserta_didik_id], t.[sekolah_id] = s.[sekolah_id], t.[jenis_pendaftaran_id] = s.[jenis_pendaftaran_id], t.[nipd] = s.[nipd], t.[tanggal_masuk_sekolah] = s.[tanggal_masuk_sekolah], t.[jenis_keluar_id] = s.[jenis_keluar_id], t.[tanggal_keluar] = s.[tanggal_keluar], t.[sekolah_asal] = s.[sekolah_asal], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([registrasi_id], [peserta_didik_id], [sekolah_id], [jenis_pendaftaran_id], [nipd], [tanggal_masuk_sekolah], [jenis_keluar_id], [tanggal_keluar], [sekolah_asal], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[registrasi_id], s.[peserta_didik_id], s.[sekolah_id], s.[jenis_pendaftaran_id], s.[nipd], s.[tanggal_masuk_sekolah], s.[jenis_keluar_id], s.[tanggal_keluar], s.[sekolah_asal], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[registrasi_peserta_didik] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[registrasi_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'registrasi_peserta_didik' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[registrasi_peserta_didik];
GO
-- remove
DELETE t FROM [backbone].[registrasi_peserta_didik] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[registrasi_id] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[registrasi_peserta_didik] AS t WHERE t.[registrasi_id] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'registrasi_peserta_didik' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('registrasi_peserta_didik', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'registrasi_peserta_didik' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[registrasi_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[registrasi_peserta_didik] AS t;
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
    [ptk_id] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ptk] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[ptk_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ptk' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[ptk] WITH (HOLDLOCK) AS t USING (SELECT s.[ptk_id], s.[nama], s.[nip], s.[jenis_kelamin], s.[tempat_lahir], s.[tanggal_lahir], s.[nik], s.[nuptk], s.[status_kepegawaian_id], s.[jenis_ptk_id], s.[agama_id], s.[alamat_jalan], s.[desa_kelurahan], RTRIM(s.[kode_wilayah]) AS [kode_wilayah], s.[no_hp], s.[email], s.[status_keaktifan_id], s.[pangkat_golongan_id], s.[sumber_gaji_id], RTRIM(s.[kewarganegaraan]) AS [kewarganegaraan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ptk] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ptk' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[ptk_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[ptk_id] = s.[ptk_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[nama]), CONVERT(varbinary(max), s.[nip]), CONVERT(varbinary(max), s.[jenis_kelamin]), CONVERT(varbinary(max), s.[tempat_lahir]), s.[tanggal_lahir], CONVERT(varbinary(max), s.[nik]), CONVERT(varbinary(max), s.[nuptk]), s.[status_kepegawaian_id], s.[jenis_ptk_id], s.[agama_id], CONVERT(varbinary(max), s.[alamat_jalan]), CONVERT(varbinary(max), s.[desa_kelurahan]), CONVERT(varbinary(max), s.[kode_wilayah]), CONVERT(varbinary(max), s.[no_hp]), CONVERT(varbinary(max), s.[email]), s.[status_keaktifan_id], s.[pangkat_golongan_id], s.[sumber_gaji_id], CONVERT(varbinary(max), s.[kewarganegaraan]), s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[nama]), CONVERT(varbinary(max), t.[nip]), CONVERT(varbinary(max), t.[jenis_kelamin]), CONVERT(varbinary(max), t.[tempat_lahir]), t.[tanggal_lahir], CONVERT(varbinary(max), t.[nik]), CONVERT(varbinary(max), t.[nuptk]), t.[status_kepegawaian_id], t.[jenis_ptk_id], t.[agama_id], CONVERT(varbinary(max), t.[alamat_jalan]), CONVERT(varbinary(max), t.[desa_kelurahan]), CONVERT(varbinary(max), t.[kode_wilayah]), CONVERT(varbinary(max), t.[no_hp]), CONVERT(varbinary(max), t.[email]), t.[status_keaktifan_id], t.[pangkat_golongan_id], t.[sumber_gaji_id], CONVERT(varbinary(max), t.[kewarganegaraan]), t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[nama] = s.[nama], t.[nip] = s.[nip], t.[jenis_kelamin] = s.[jenis_kelamin], t.[tempat_lahir] = s.[tempat_lahir], t.[tanggal_lahir] = s.[tanggal_lahir], t.[nik] = s.[nik], t.[nuptk] = s.[nuptk], t.[status_kepegawaian_id] = s.[status_kepegawaian_id], t.[jenis_ptk_id] = s.[jenis_ptk_id], t.[agama_id] = s.[agama_id], t.[alamat_jalan] = s.[alamat_jalan], t.[desa_kelurahan] = s.[desa_kelurahan], t.[kode_wilayah] = s.[kode_wilayah], t.[no_hp] = s.[no_hp], t.[email] = s.[email], t.[status_keaktifan_id] = s.[status_keaktifan_id], t.[pangkat_golongan_id] = s.[pangkat_golongan_id], t.[sumber_gaji_id] = s.[sumber_gaji_id], t.[kewarganegaraan] = s.[kewarganegaraan], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([ptk_id], [nama], [nip], [jenis_kelamin], [tempat_lahir], [tanggal_lahir], [nik], [nuptk], [status_kepegawaian_id], [jenis_ptk_id], [agama_id], [alamat_jalan], [desa_kelurahan], [kode_wilayah], [no_hp], [email], [status_keaktifan_id], [pangkat_golongan_id], [sumber_gaji_id], [kewarganegaraan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[ptk_id], s.[nama], s.[nip], s.[jenis_kelamin], s.[tempat_lahir], s.[tanggal_lahir], s.[nik], s.[nuptk], s.[status_kepegawaian_id], s.[jenis_ptk_id], s.[agama_id], s.[alamat_jalan], s.[desa_kelurahan], s.[kode_wilayah], s.[no_hp], s.[email], s.[status_keaktifan_id], s.[pangkat_golongan_id], s.[sumber_gaji_id], s.[kewarganegaraan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ptk] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[ptk_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ptk' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ptk];
GO
-- remove
DELETE t FROM [backbone].[ptk] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[ptk_id] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[ptk] AS t WHERE t.[ptk_id] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'ptk' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ptk', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ptk' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[ptk_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[ptk] AS t;
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
    [ptk_terdaftar_id] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ptk_terdaftar] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ptk_terdaftar' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[ptk_terdaftar] WITH (HOLDLOCK) AS t USING (SELECT s.[ptk_terdaftar_id], s.[ptk_id], s.[sekolah_id], s.[tahun_ajaran_id], s.[nomor_surat_tugas], s.[tanggal_surat_tugas], s.[ptk_induk], s.[tmt_tugas], s.[jenis_ptk_id], s.[jabatan_ptk_id], RTRIM(s.[jenis_keluar_id]) AS [jenis_keluar_id], s.[tgl_ptk_keluar], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ptk_terdaftar] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ptk_terdaftar' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[ptk_terdaftar_id] = s.[ptk_terdaftar_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT s.[ptk_id], s.[sekolah_id], s.[tahun_ajaran_id], CONVERT(varbinary(max), s.[nomor_surat_tugas]), s.[tanggal_surat_tugas], s.[ptk_induk], s.[tmt_tugas], s.[jenis_ptk_id], s.[jabatan_ptk_id], CONVERT(varbinary(max), s.[jenis_keluar_id]), s.[tgl_ptk_keluar], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[ptk_id], t.[sekolah_id], t.[tahun_ajaran_id], CONVERT(varbinary(max), t.[nomor_surat_tugas]), t.[tanggal_surat_tugas], t.[ptk_induk], t.[tmt_tugas], t.[jenis_ptk_id], t.[jabatan_ptk_id], CONVERT(varbinary(max), t.[jenis_keluar_id]), t.[tgl_ptk_keluar], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[ptk_id] = s.[ptk_id], t.[sekolah_id] = s.[sekolah_id], t.[tahun_ajaran_id] = s.[tahun_ajaran_id], t.[nomor_surat_tugas] = s.[nomor_surat_tugas], t.[tanggal_surat_tugas] = s.[tanggal_surat_tugas], t.[ptk_induk] = s.[ptk_induk], t.[tmt_tugas] = s.[tmt_tugas], t.[jenis_ptk_id] = s.[jenis_ptk_id], t.[jabatan_ptk_id] = s.[jabatan_ptk_id], t.[jenis_keluar_id] = s.[jenis_keluar_id], t.[tgl_ptk_keluar] = s.[tgl_ptk_keluar], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([ptk_terdaftar_id], [ptk_id], [sekolah_id], [tahun_ajaran_id], [nomor_surat_tugas], [tanggal_surat_tugas], [ptk_induk], [tmt_tugas], [jenis_ptk_id], [jabatan_ptk_id], [jenis_keluar_id], [tgl_ptk_keluar], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[ptk_terdaftar_id], s.[ptk_id], s.[sekolah_id], s.[tahun_ajaran_id], s.[nomor_surat_tugas], s.[tanggal_surat_tugas], s.[ptk_induk], s.[tmt_tugas], s.[jenis_ptk_id], s.[jabatan_ptk_id], s.[jenis_keluar_id], s.[tgl_ptk_keluar], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ptk_terdaftar] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[ptk_terdaftar_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ptk_terdaftar' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ptk_terdaftar];
GO
-- remove
DELETE t FROM [backbone].[ptk_terdaftar] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[ptk_terdaftar_id] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[ptk_terdaftar] AS t WHERE t.[ptk_terdaftar_id] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'ptk_terdaftar' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ptk_terdaftar', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ptk_terdaftar' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[ptk_terdaftar_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[ptk_terdaftar] AS t;
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
    [rombongan_belajar_id] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[rombongan_belajar] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'rombongan_belajar' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[rombongan_belajar] WITH (HOLDLOCK) AS t USING (SELECT s.[rombongan_belajar_id], RTRIM(s.[semester_id]) AS [semester_id], s.[sekolah_id], s.[tingkat_pendidikan_id], s.[kurikulum_id], s.[nama], s.[ptk_id], s.[jenis_rombel], s.[moving_class], s.[tanggal_mulai], s.[tanggal_selesai], s.[parent_rombongan_belajar_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[rombongan_belajar] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'rombongan_belajar' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[rombongan_belajar_id] = s.[rombongan_belajar_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT CONVERT(varbinary(max), s.[semester_id]), s.[sekolah_id], s.[tingkat_pendidikan_id], s.[kurikulum_id], CONVERT(varbinary(max), s.[nama]), s.[ptk_id], s.[jenis_rombel], s.[moving_class], s.[tanggal_mulai], s.[tanggal_selesai], s.[parent_rombongan_belajar_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT CONVERT(varbinary(max), t.[semester_id]), t.[sekolah_id], t.[tingkat_pendidikan_id], t.[kurikulum_id], CONVERT(varbinary(max), t.[nama]), t.[ptk_id], t.[jenis_rombel], t.[moving_class], t.[tanggal_mulai], t.[tanggal_selesai], t.[parent_rombongan_belajar_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[semester_id] = s.[semester_id], t.[sekolah_id] = s.[sekolah_id], t.[tingkat_pendidikan_id] = s.[tingkat_pendidikan_id], t.[kurikulum_id] = s.[kurikulum_id], t.[nama] = s.[nama], t.[ptk_id] = s.[ptk_id], t.[jenis_rombel] = s.[jenis_rombel], t.[moving_class] = s.[moving_class], t.[tanggal_mulai] = s.[tanggal_mulai], t.[tanggal_selesai] = s.[tanggal_selesai], t.[parent_rombongan_belajar_id] = s.[parent_rombongan_belajar_id], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([rombongan_belajar_id], [semester_id], [sekolah_id], [tingkat_pendidikan_id], [kurikulum_id], [nama], [ptk_id], [jenis_rombel], [moving_class], [tanggal_mulai], [tanggal_selesai], [parent_rombongan_belajar_id], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[rombongan_belajar_id], s.[semester_id], s.[sekolah_id], s.[tingkat_pendidikan_id], s.[kurikulum_id], s.[nama], s.[ptk_id], s.[jenis_rombel], s.[moving_class], s.[tanggal_mulai], s.[tanggal_selesai], s.[parent_rombongan_belajar_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[rombongan_belajar] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[rombongan_belajar_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'rombongan_belajar' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[rombongan_belajar];
GO
-- remove
DELETE t FROM [backbone].[rombongan_belajar] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[rombongan_belajar_id] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[rombongan_belajar] AS t WHERE t.[rombongan_belajar_id] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'rombongan_belajar' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('rombongan_belajar', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'rombongan_belajar' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[rombongan_belajar_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[rombongan_belajar] AS t;
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
    [anggota_rombel_id] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[anggota_rombel] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'anggota_rombel' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[anggota_rombel] WITH (HOLDLOCK) AS t USING (SELECT s.[anggota_rombel_id], s.[rombongan_belajar_id], s.[peserta_didik_id], s.[jenis_pendaftaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[anggota_rombel] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'anggota_rombel' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[anggota_rombel_id] = s.[anggota_rombel_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT s.[rombongan_belajar_id], s.[peserta_didik_id], s.[jenis_pendaftaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[rombongan_belajar_id], t.[peserta_didik_id], t.[jenis_pendaftaran_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[rombongan_belajar_id] = s.[rombongan_belajar_id], t.[peserta_didik_id] = s.[peserta_didik_id], t.[jenis_pendaftaran_id] = s.[jenis_pendaftaran_id], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([anggota_rombel_id], [rombongan_belajar_id], [peserta_didik_id], [jenis_pendaftaran_id], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[anggota_rombel_id], s.[rombongan_belajar_id], s.[peserta_didik_id], s.[jenis_pendaftaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[anggota_rombel] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[anggota_rombel_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'anggota_rombel' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[anggota_rombel];
GO
-- remove
DELETE t FROM [backbone].[anggota_rombel] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[anggota_rombel_id] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[anggota_rombel] AS t WHERE t.[anggota_rombel_id] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'anggota_rombel' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('anggota_rombel', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'anggota_rombel' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[anggota_rombel_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[anggota_rombel] AS t;
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
    [pembelajaran_id] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[pembelajaran] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'pembelajaran' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[pembelajaran] WITH (HOLDLOCK) AS t USING (SELECT s.[pembelajaran_id], s.[rombongan_belajar_id], RTRIM(s.[semester_id]) AS [semester_id], s.[mata_pelajaran_id], s.[ptk_terdaftar_id], s.[jam_mengajar_per_minggu], s.[status_di_kurikulum], s.[nama_mata_pelajaran], s.[induk_pembelajaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[pembelajaran] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'pembelajaran' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[pembelajaran_id] = s.[pembelajaran_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT s.[rombongan_belajar_id], CONVERT(varbinary(max), s.[semester_id]), s.[mata_pelajaran_id], s.[ptk_terdaftar_id], s.[jam_mengajar_per_minggu], s.[status_di_kurikulum], CONVERT(varbinary(max), s.[nama_mata_pelajaran]), s.[induk_pembelajaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[rombongan_belajar_id], CONVERT(varbinary(max), t.[semester_id]), t.[mata_pelajaran_id], t.[ptk_terdaftar_id], t.[jam_mengajar_per_minggu], t.[status_di_kurikulum], CONVERT(varbinary(max), t.[nama_mata_pelajaran]), t.[induk_pembelajaran_id], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[rombongan_belajar_id] = s.[rombongan_belajar_id], t.[semester_id] = s.[semester_id], t.[mata_pelajaran_id] = s.[mata_pelajaran_id], t.[ptk_terdaftar_id] = s.[ptk_terdaftar_id], t.[jam_mengajar_per_minggu] = s.[jam_mengajar_per_minggu], t.[status_di_kurikulum] = s.[status_di_kurikulum], t.[nama_mata_pelajaran] = s.[nama_mata_pelajaran], t.[induk_pembelajaran_id] = s.[induk_pembelajaran_id], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([pembelajaran_id], [rombongan_belajar_id], [semester_id], [mata_pelajaran_id], [ptk_terdaftar_id], [jam_mengajar_per_minggu], [status_di_kurikulum], [nama_mata_pelajaran], [induk_pembelajaran_id], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[pembelajaran_id], s.[rombongan_belajar_id], s.[semester_id], s.[mata_pelajaran_id], s.[ptk_terdaftar_id], s.[jam_mengajar_per_minggu], s.[status_di_kurikulum], s.[nama_mata_pelajaran], s.[induk_pembelajaran_id], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[pembelajaran] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[pembelajaran_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'pembelajaran' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[pembelajaran];
GO
-- remove
DELETE t FROM [backbone].[pembelajaran] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[pembelajaran_id] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[pembelajaran] AS t WHERE t.[pembelajaran_id] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'pembelajaran' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('pembelajaran', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'pembelajaran' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[pembelajaran_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[pembelajaran] AS t;
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
    [id_tanah] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[tanah] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_tanah])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'tanah' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[tanah] WITH (HOLDLOCK) AS t USING (SELECT s.[id_tanah], s.[sekolah_id], s.[jenis_prasarana_id], s.[nama], s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[tanah] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'tanah' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_tanah])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[id_tanah] = s.[id_tanah] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT s.[sekolah_id], s.[jenis_prasarana_id], CONVERT(varbinary(max), s.[nama]), s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[sekolah_id], t.[jenis_prasarana_id], CONVERT(varbinary(max), t.[nama]), t.[panjang], t.[lebar], t.[luas], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[sekolah_id] = s.[sekolah_id], t.[jenis_prasarana_id] = s.[jenis_prasarana_id], t.[nama] = s.[nama], t.[panjang] = s.[panjang], t.[lebar] = s.[lebar], t.[luas] = s.[luas], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([id_tanah], [sekolah_id], [jenis_prasarana_id], [nama], [panjang], [lebar], [luas], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[id_tanah], s.[sekolah_id], s.[jenis_prasarana_id], s.[nama], s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[tanah] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[id_tanah])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'tanah' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[tanah];
GO
-- remove
DELETE t FROM [backbone].[tanah] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[id_tanah] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[tanah] AS t WHERE t.[id_tanah] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'tanah' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('tanah', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'tanah' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[id_tanah])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[tanah] AS t;
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
    [id_bangunan] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[bangunan] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_bangunan])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'bangunan' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[bangunan] WITH (HOLDLOCK) AS t USING (SELECT s.[id_bangunan], s.[sekolah_id], s.[id_tanah], s.[jenis_prasarana_id], s.[nama], s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[bangunan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'bangunan' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_bangunan])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[id_bangunan] = s.[id_bangunan] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT s.[sekolah_id], s.[id_tanah], s.[jenis_prasarana_id], CONVERT(varbinary(max), s.[nama]), s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[sekolah_id], t.[id_tanah], t.[jenis_prasarana_id], CONVERT(varbinary(max), t.[nama]), t.[panjang], t.[lebar], t.[luas], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[sekolah_id] = s.[sekolah_id], t.[id_tanah] = s.[id_tanah], t.[jenis_prasarana_id] = s.[jenis_prasarana_id], t.[nama] = s.[nama], t.[panjang] = s.[panjang], t.[lebar] = s.[lebar], t.[luas] = s.[luas], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([id_bangunan], [sekolah_id], [id_tanah], [jenis_prasarana_id], [nama], [panjang], [lebar], [luas], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[id_bangunan], s.[sekolah_id], s.[id_tanah], s.[jenis_prasarana_id], s.[nama], s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[bangunan] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[id_bangunan])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'bangunan' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[bangunan];
GO
-- remove
DELETE t FROM [backbone].[bangunan] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[id_bangunan] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[bangunan] AS t WHERE t.[id_bangunan] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'bangunan' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('bangunan', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'bangunan' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[id_bangunan])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[bangunan] AS t;
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
    [id_ruang] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[ruang] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_ruang])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'ruang' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[ruang] WITH (HOLDLOCK) AS t USING (SELECT s.[id_ruang], s.[sekolah_id], s.[id_bangunan], s.[jenis_prasarana_id], s.[nama], s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[ruang] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'ruang' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[id_ruang])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[id_ruang] = s.[id_ruang] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT s.[sekolah_id], s.[id_bangunan], s.[jenis_prasarana_id], CONVERT(varbinary(max), s.[nama]), s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[sekolah_id], t.[id_bangunan], t.[jenis_prasarana_id], CONVERT(varbinary(max), t.[nama]), t.[panjang], t.[lebar], t.[luas], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[sekolah_id] = s.[sekolah_id], t.[id_bangunan] = s.[id_bangunan], t.[jenis_prasarana_id] = s.[jenis_prasarana_id], t.[nama] = s.[nama], t.[panjang] = s.[panjang], t.[lebar] = s.[lebar], t.[luas] = s.[luas], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([id_ruang], [sekolah_id], [id_bangunan], [jenis_prasarana_id], [nama], [panjang], [lebar], [luas], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[id_ruang], s.[sekolah_id], s.[id_bangunan], s.[jenis_prasarana_id], s.[nama], s.[panjang], s.[lebar], s.[luas], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[ruang] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[id_ruang])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ruang' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[ruang];
GO
-- remove
DELETE t FROM [backbone].[ruang] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[id_ruang] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[ruang] AS t WHERE t.[id_ruang] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'ruang' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('ruang', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'ruang' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[id_ruang])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[ruang] AS t;
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
    [kondisi_tanah_id] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[kondisi_tanah] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'kondisi_tanah' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[kondisi_tanah] WITH (HOLDLOCK) AS t USING (SELECT s.[kondisi_tanah_id], s.[id_tanah], RTRIM(s.[semester_id]) AS [semester_id], s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[kondisi_tanah] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'kondisi_tanah' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[kondisi_tanah_id] = s.[kondisi_tanah_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT s.[id_tanah], CONVERT(varbinary(max), s.[semester_id]), s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[id_tanah], CONVERT(varbinary(max), t.[semester_id]), t.[kondisi], t.[persentase_kerusakan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[id_tanah] = s.[id_tanah], t.[semester_id] = s.[semester_id], t.[kondisi] = s.[kondisi], t.[persentase_kerusakan] = s.[persentase_kerusakan], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([kondisi_tanah_id], [id_tanah], [semester_id], [kondisi], [persentase_kerusakan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[kondisi_tanah_id], s.[id_tanah], s.[semester_id], s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[kondisi_tanah] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_tanah_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'kondisi_tanah' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[kondisi_tanah];
GO
-- remove
DELETE t FROM [backbone].[kondisi_tanah] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[kondisi_tanah_id] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_tanah] AS t WHERE t.[kondisi_tanah_id] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'kondisi_tanah' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('kondisi_tanah', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'kondisi_tanah' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[kondisi_tanah_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[kondisi_tanah] AS t;
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
    [kondisi_bangunan_id] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[kondisi_bangunan] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'kondisi_bangunan' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[kondisi_bangunan] WITH (HOLDLOCK) AS t USING (SELECT s.[kondisi_bangunan_id], s.[id_bangunan], RTRIM(s.[semester_id]) AS [semester_id], s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[kondisi_bangunan] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'kondisi_bangunan' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[kondisi_bangunan_id] = s.[kondisi_bangunan_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT s.[id_bangunan], CONVERT(varbinary(max), s.[semester_id]), s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[id_bangunan], CONVERT(varbinary(max), t.[semester_id]), t.[kondisi], t.[persentase_kerusakan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[id_bangunan] = s.[id_bangunan], t.[semester_id] = s.[semester_id], t.[kondisi] = s.[kondisi], t.[persentase_kerusakan] = s.[persentase_kerusakan], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([kondisi_bangunan_id], [id_bangunan], [semester_id], [kondisi], [persentase_kerusakan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[kondisi_bangunan_id], s.[id_bangunan], s.[semester_id], s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[kondisi_bangunan] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_bangunan_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'kondisi_bangunan' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[kondisi_bangunan];
GO
-- remove
DELETE t FROM [backbone].[kondisi_bangunan] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[kondisi_bangunan_id] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_bangunan] AS t WHERE t.[kondisi_bangunan_id] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'kondisi_bangunan' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('kondisi_bangunan', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'kondisi_bangunan' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[kondisi_bangunan_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[kondisi_bangunan] AS t;
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
    [kondisi_ruang_id] uniqueidentifier NULL,
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
-- revive
DELETE d FROM [sync].[tombstone] AS d JOIN [staging].[kondisi_ruang] AS s ON d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 WHERE d.[entity] = 'kondisi_ruang' AND d.[last_update] < s.[last_update];
GO
-- merge
MERGE INTO [backbone].[kondisi_ruang] WITH (HOLDLOCK) AS t USING (SELECT s.[kondisi_ruang_id], s.[id_ruang], RTRIM(s.[semester_id]) AS [semester_id], s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags] FROM [staging].[kondisi_ruang] AS s WHERE NOT EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = 'kondisi_ruang' AND d.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 AND d.[last_update] >= s.[last_update])) AS s ON t.[kondisi_ruang_id] = s.[kondisi_ruang_id] WHEN MATCHED AND s.[last_update] >= t.[last_update] AND EXISTS (SELECT s.[id_ruang], CONVERT(varbinary(max), s.[semester_id]), s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], CONVERT(varbinary(max), s.[flags]) EXCEPT SELECT t.[id_ruang], CONVERT(varbinary(max), t.[semester_id]), t.[kondisi], t.[persentase_kerusakan], t.[create_date], t.[last_update], t.[soft_delete], t.[last_sync], t.[updater_id], CONVERT(varbinary(max), t.[flags])) THEN UPDATE SET t.[id_ruang] = s.[id_ruang], t.[semester_id] = s.[semester_id], t.[kondisi] = s.[kondisi], t.[persentase_kerusakan] = s.[persentase_kerusakan], t.[create_date] = s.[create_date], t.[last_update] = s.[last_update], t.[soft_delete] = s.[soft_delete], t.[last_sync] = s.[last_sync], t.[updater_id] = s.[updater_id], t.[flags] = s.[flags], t.[stored_at] = SYSDATETIMEOFFSET() WHEN NOT MATCHED BY TARGET THEN INSERT ([kondisi_ruang_id], [id_ruang], [semester_id], [kondisi], [persentase_kerusakan], [create_date], [last_update], [soft_delete], [last_sync], [updater_id], [flags]) VALUES (s.[kondisi_ruang_id], s.[id_ruang], s.[semester_id], s.[kondisi], s.[persentase_kerusakan], s.[create_date], s.[last_update], s.[soft_delete], s.[last_sync], s.[updater_id], s.[flags]) OUTPUT $action AS [action];
GO
-- settle
DELETE q FROM [sync].[quarantine] AS q JOIN [staging].[kondisi_ruang] AS s ON q.[key] = LOWER(CONVERT(nvarchar(64), s.[kondisi_ruang_id])) COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'kondisi_ruang' AND (q.[last_update] IS NULL OR q.[last_update] <= s.[last_update]);
GO
-- clear
TRUNCATE TABLE [staging].[kondisi_ruang];
GO
-- remove
DELETE t FROM [backbone].[kondisi_ruang] AS t JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON t.[kondisi_ruang_id] = CONVERT(uniqueidentifier, d.[key]) WHERE t.[last_update] <= d.[last_update];
GO
-- bury
MERGE INTO [sync].[tombstone] WITH (HOLDLOCK) AS o USING (SELECT ? AS [run_id], d.[key] COLLATE Latin1_General_100_BIN2 AS [key], d.[last_update] FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [backbone].[kondisi_ruang] AS t WHERE t.[kondisi_ruang_id] = CONVERT(uniqueidentifier, d.[key]))) AS g ON o.[entity] = 'kondisi_ruang' AND o.[key] = g.[key] WHEN MATCHED AND g.[last_update] > o.[last_update] THEN UPDATE SET o.[last_update] = g.[last_update] WHEN NOT MATCHED BY TARGET THEN INSERT ([entity], [key], [last_update], [run_id]) VALUES ('kondisi_ruang', g.[key], g.[last_update], g.[run_id]);
GO
-- unquarantine
DELETE q FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = 'kondisi_ruang' AND (q.[last_update] IS NULL OR q.[last_update] <= d.[last_update]);
GO
-- digest
SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', LOWER(CONVERT(varchar(36), t.[kondisi_ruang_id])) + '|' + CONVERT(varchar(20), DATEDIFF_BIG(microsecond, CAST('1970-01-01T00:00:00+00:00' AS datetimeoffset(6)), t.[last_update]))), 1, 8)) AS decimal(38,0))), 0) FROM [backbone].[kondisi_ruang] AS t;
GO
