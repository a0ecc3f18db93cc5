-- A snapshot; look at what changed before you take it over (tests/unit/backbone_sync).

-- SESSION.0
SET XACT_ABORT ON;

-- SESSION.1
SET LOCK_TIMEOUT 30000;

-- SESSION.2
SET LANGUAGE us_english;

-- SESSION.3
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;

-- DATABASE
SELECT d.[compatibility_level], CONVERT(int, d.[is_read_committed_snapshot_on]) AS [versioned] FROM [sys].[databases] AS d WHERE d.[database_id] = DB_ID();

-- RUN_LOCK
SET NOCOUNT ON; DECLARE @got int; EXEC @got = sp_getapplock @Resource = N'backbone_sync', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = ?, @DbPrincipal = N'public'; SELECT @got AS [got];

-- MIGRATION_LOCK
SET NOCOUNT ON; DECLARE @got int; EXEC @got = sp_getapplock @Resource = N'backbone_sync.migrate', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = ?, @DbPrincipal = N'public'; SELECT @got AS [got];

-- LOCK_HELD
SELECT APPLOCK_TEST(N'public', N'backbone_sync', N'Exclusive', N'Session') AS [free], APPLOCK_MODE(N'public', N'backbone_sync', N'Session') AS [mine];

-- SCHEMAS
SELECT s.[name] FROM [sys].[schemas] AS s;

-- EXISTS
SELECT OBJECT_ID(?) AS [id];

-- VERSIONS
SELECT m.[version] FROM [sync].[migration] AS m;

-- VERSION
INSERT INTO [sync].[migration] ([version]) VALUES (?);

-- COLUMNS
SELECT s.[name] AS [schema], t.[name] AS [table], c.[name] AS [column], y.[name] AS [type], c.[max_length], c.[precision], c.[scale], c.[collation_name] FROM [sys].[columns] AS c JOIN [sys].[tables] AS t ON t.[object_id] = c.[object_id] JOIN [sys].[schemas] AS s ON s.[schema_id] = t.[schema_id] JOIN [sys].[types] AS y ON y.[user_type_id] = c.[user_type_id] WHERE s.[name] IN (N'ref', N'backbone', N'staging') ORDER BY t.[object_id], c.[column_id];

-- TABLE_VERSION
INSERT INTO [sync].[table_version] ([entity], [version], [statements]) SELECT ?, COALESCE(MAX(v.[version]), 0) + 1, ? FROM [sync].[table_version] AS v WHERE v.[entity] = ?;

-- OF_ENTITY.0
DELETE x FROM [sync].[cursor] AS x WHERE x.[entity] = ?;

-- OF_ENTITY.1
DELETE x FROM [sync].[balance] AS x WHERE x.[entity] = ?;

-- OF_ENTITY.2
DELETE x FROM [sync].[quarantine] AS x WHERE x.[entity] = ?;

-- OF_ENTITY.3
DELETE x FROM [sync].[tombstone] AS x WHERE x.[entity] = ?;

-- OF_ENTITY.4
DELETE x FROM [sync].[held] AS x WHERE x.[entity] = ?;

-- OF_ENTITY.5
DELETE x FROM [sync].[width] AS x WHERE x.[entity] = ?;

-- OF_ENTITY.6
DELETE x FROM [sync].[orphan] AS x WHERE x.[entity] = ?;

-- OF_ENTITY.7
DELETE x FROM [sync].[reference_check] AS x WHERE x.[entity] = ?;

-- OF_ENTITY.8
DELETE x FROM [sync].[checked] AS x WHERE x.[entity] = ?;

-- OF_ENTITY.9
DELETE x FROM [sync].[guarded] AS x WHERE x.[entity] = ?;

-- OF_SOURCE.0
DELETE x FROM [sync].[tombstone] AS x WHERE x.[entity] = ?;

-- OF_SOURCE.1
DELETE x FROM [sync].[held] AS x WHERE x.[entity] = ?;

-- OF_SOURCE.2
DELETE x FROM [sync].[quarantine] AS x WHERE x.[entity] = ?;

-- GUARDED
SELECT g.[fields] FROM [sync].[guarded] AS g WHERE g.[entity] = ?;

-- UNGUARDED
DELETE x FROM [sync].[guarded] AS x WHERE x.[entity] = ?;

-- GUARDS
INSERT INTO [sync].[guarded] ([entity], [fields]) VALUES (?, ?);

-- WIDTHS
SELECT w.[field], w.[length] FROM [sync].[width] AS w WHERE w.[entity] = ?;

-- WIDTH.0
UPDATE [sync].[width] WITH (UPDLOCK, HOLDLOCK) SET [length] = ?, [run_id] = ?, [widened_at] = SYSDATETIMEOFFSET() WHERE [entity] = ? AND [field] = ?;

-- WIDTH.1
INSERT INTO [sync].[width] ([length], [run_id], [entity], [field]) VALUES (?, ?, ?, ?);

-- POSITION
SELECT c.[since_update], c.[high_update], c.[floor_update], c.[position], c.[fields], c.[region], c.[source] FROM [sync].[cursor] AS c WHERE c.[entity] = ?;

-- MOVE
UPDATE [sync].[cursor] SET [since_update] = CONVERT(datetimeoffset(6), ?), [high_update] = CONVERT(datetimeoffset(6), ?), [floor_update] = CONVERT(datetimeoffset(6), ?), [position] = CONVERT(nvarchar(max), ?), [moved_at] = SYSDATETIMEOFFSET() WHERE [entity] = ?;

-- BEGIN.0
UPDATE [sync].[cursor] WITH (UPDLOCK, HOLDLOCK) SET [since_update] = NULL, [high_update] = NULL, [floor_update] = NULL, [position] = NULL, [fields] = ?, [region] = ?, [source] = ?, [moved_at] = SYSDATETIMEOFFSET() WHERE [entity] = ?;

-- BEGIN.1
INSERT INTO [sync].[cursor] ([fields], [region], [source], [entity]) VALUES (?, ?, ?, ?);

-- RESET
UPDATE [sync].[cursor] SET [since_update] = NULL, [high_update] = NULL, [floor_update] = NULL, [position] = NULL WHERE [entity] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v);

-- REWIND
UPDATE [sync].[cursor] SET [since_update] = ?, [floor_update] = NULL, [position] = NULL WHERE [entity] = ?;

-- COMPARED
UPDATE [sync].[cursor] SET [compared_at] = SYSDATETIMEOFFSET() WHERE [entity] = ?;

-- COMPARED_LATELY
SELECT 1 AS [found] FROM [sync].[cursor] AS c WHERE c.[entity] = ? AND c.[compared_at] > DATEADD(day, -1, SYSDATETIMEOFFSET());

-- SCOPE
SELECT c.[scope] FROM [sync].[cursor] AS c WHERE c.[entity] = ?;

-- SCOPED
UPDATE [sync].[cursor] SET [scope] = ? WHERE [entity] = ?;

-- CHECKS_SEEN
INSERT INTO [sync].[checked] ([entity]) SELECT v.[value] FROM OPENJSON(?) AS v WHERE NOT EXISTS (SELECT 1 FROM [sync].[checked] AS c WITH (UPDLOCK, HOLDLOCK) WHERE c.[entity] = v.[value] COLLATE Latin1_General_100_BIN2);

-- OVERDUE.verified
SELECT c.[entity] FROM [sync].[checked] AS c WHERE c.[entity] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v) AND COALESCE(c.[verified_at], c.[seen_at]) < DATEADD(second, ?, SYSDATETIMEOFFSET());

-- OVERDUE.listed
SELECT c.[entity] FROM [sync].[checked] AS c WHERE c.[entity] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v) AND COALESCE(c.[listed_at], c.[seen_at]) < DATEADD(second, ?, SYSDATETIMEOFFSET());

-- CHECKED.verified.0
UPDATE [sync].[checked] WITH (UPDLOCK, HOLDLOCK) SET [verified_at] = SYSDATETIMEOFFSET(), [missed] = COALESCE(CONVERT(bigint, ?), [missed]) WHERE [entity] = ?;

-- CHECKED.verified.1
INSERT INTO [sync].[checked] ([verified_at], [missed], [entity]) SELECT SYSDATETIMEOFFSET(), COALESCE(CONVERT(bigint, ?), 0), ?;

-- CHECKED.listed.0
UPDATE [sync].[checked] WITH (UPDLOCK, HOLDLOCK) SET [listed_at] = SYSDATETIMEOFFSET(), [missed] = COALESCE(CONVERT(bigint, ?), [missed]) WHERE [entity] = ?;

-- CHECKED.listed.1
INSERT INTO [sync].[checked] ([listed_at], [missed], [entity]) SELECT SYSDATETIMEOFFSET(), COALESCE(CONVERT(bigint, ?), 0), ?;

-- FORGET_QUARANTINE
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = ?;

-- FORGET_UNKEYED
DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND SUBSTRING(q.[key], 1, 1) = NCHAR(63);

-- REFUSED
SELECT q.[entity], q.[key] FROM [sync].[quarantine] AS q WHERE q.[reason] = ?;

-- ANY_REFUSED
SELECT TOP (1) q.[key] FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND q.[reason] = ?;

-- PAYLOADS
SELECT q.[payload] FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND q.[payload] IS NOT NULL ORDER BY q.[key];

-- UNSEEN
TRUNCATE TABLE [sync].[seen];

-- UNTOUCHED
TRUNCATE TABLE [sync].[touched];

-- SEEN_UNKEYED
INSERT INTO [sync].[seen] ([key], [live]) SELECT q.[key], CONVERT(bit, 0) FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND SUBSTRING(q.[key], 1, 1) = NCHAR(63);

-- SEEN_AGAIN
DELETE h FROM [sync].[held] AS h WHERE h.[entity] = ? AND h.[kind] = N'absent' AND EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = h.[key] AND s.[live] = 1);

-- NOT_LISTED.quarantine
DELETE x FROM [sync].[quarantine] AS x WHERE x.[entity] = ? AND NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = x.[key]);

-- NOT_LISTED.tombstone
DELETE x FROM [sync].[tombstone] AS x WHERE x.[entity] = ? AND NOT EXISTS (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = x.[key]);

-- LISTED
SELECT COUNT_BIG(DISTINCT s.[key]) AS [listed] FROM [sync].[seen] AS s WHERE s.[live] = 1;

-- HELD
SELECT COALESCE(SUM(CASE WHEN r.[release_id] IS NULL THEN 1 ELSE 0 END), 0) AS [pending], COUNT_BIG(*) AS [every] FROM [sync].[held] AS h LEFT JOIN [sync].[release] AS r ON r.[release_id] = h.[release_id] AND r.[expires_at] > SYSDATETIMEOFFSET() AND r.[used_at] IS NULL WHERE h.[entity] = ?;

-- RELEASED
SELECT r.[release_id] FROM [sync].[release] AS r WHERE r.[entity] = ? AND r.[expires_at] > SYSDATETIMEOFFSET() AND r.[used_at] IS NULL;

-- USED
UPDATE [sync].[release] SET [used_at] = SYSDATETIMEOFFSET(), [deleted] = COALESCE([deleted], 0) + ? WHERE [release_id] IN (SELECT CONVERT(bigint, v.[value]) FROM OPENJSON(?) AS v);

-- COVERED
SELECT COALESCE(SUM(r.[rows] - COALESCE(r.[deleted], 0)), 0) AS [rows] FROM [sync].[release] AS r WHERE r.[entity] = ? AND r.[expires_at] > SYSDATETIMEOFFSET() AND r.[used_at] IS NULL;

-- LEFT
UPDATE [sync].[release] SET [deleted] = COALESCE([deleted], 0) + ? WHERE [release_id] = (SELECT MAX(r.[release_id]) FROM [sync].[release] AS r WHERE r.[entity] = ? AND r.[expires_at] > SYSDATETIMEOFFSET() AND r.[used_at] IS NULL);

-- LEAVING
SELECT TOP (1) e.[held] FROM [sync].[run_entity] AS e WHERE e.[entity] = ? AND e.[error_kind] = ? AND e.[run_id] = (SELECT MAX(l.[run_id]) FROM [sync].[run_entity] AS l WHERE l.[entity] = e.[entity]);

-- WAITING
SELECT COUNT_BIG(*) AS [waiting] FROM [sync].[held] AS h WHERE h.[entity] = ?;

-- RELEASE
INSERT INTO [sync].[release] ([entity], [released_by], [reason], [rows], [expires_at]) OUTPUT inserted.[release_id], inserted.[expires_at] SELECT ?, ?, ?, ?, DATEADD(second, ?, SYSDATETIMEOFFSET());

-- MARK_RELEASED
UPDATE [sync].[held] SET [release_id] = ? WHERE [entity] = ?;

-- NO_ORPHANS
DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = ? AND o.[field] = ?;

-- REFERENCE_CHECKED.0
UPDATE [sync].[reference_check] WITH (UPDLOCK, HOLDLOCK) SET [reference] = ?, [orphans] = CONVERT(bigint, ?), [waiting] = CONVERT(bigint, ?), [checked_at] = SYSDATETIMEOFFSET() WHERE [entity] = ? AND [field] = ?;

-- REFERENCE_CHECKED.1
INSERT INTO [sync].[reference_check] ([reference], [orphans], [waiting], [entity], [field]) SELECT ?, CONVERT(bigint, ?), CONVERT(bigint, ?), ?, ?;

-- KNOWN_REFERENCES
SELECT c.[entity], c.[field] FROM [sync].[reference_check] AS c WHERE c.[orphans] IS NOT NULL;

-- INTERRUPTED
UPDATE [sync].[run] SET [state] = N'interrupted' WHERE [state] = N'running';

-- BEGIN_RUN
INSERT INTO [sync].[run] ([version], [region]) OUTPUT inserted.[run_id] SELECT ?, ?;

-- LAST_RUN
SELECT COALESCE(MAX(r.[run_id]), 0) AS [run_id] FROM [sync].[run] AS r;

-- END_RUN
UPDATE [sync].[run] SET [finished_at] = SYSDATETIMEOFFSET(), [state] = ?, [error_kind] = CONVERT(nvarchar(max), ?), [message] = CONVERT(nvarchar(max), ?), [requests] = ?, [bytes_received] = ? WHERE [run_id] = ?;

-- RECORD
INSERT INTO [sync].[run_entity] ([pages], [received], [created], [updated], [unchanged], [deleted], [quarantined], [refused], [withheld], [flagged], [conflicts], [dropped_values], [seconds], [run_id], [entity], [unknown_fields], [widened], [held], [compared], [error_kind], [message]) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CONVERT(nvarchar(max), ?), CONVERT(nvarchar(max), ?);

-- BALANCE.0
UPDATE [sync].[balance] WITH (UPDLOCK, HOLDLOCK) SET [run_id] = CONVERT(bigint, ?), [source] = CONVERT(bigint, ?), [source_deleted] = CONVERT(bigint, ?), [stored] = CONVERT(bigint, ?), [quarantined] = CONVERT(bigint, ?), [deleted] = CONVERT(bigint, ?), [refused] = CONVERT(bigint, ?), [withheld] = CONVERT(bigint, ?), [balanced] = ?, [checked_at] = SYSDATETIMEOFFSET() WHERE [entity] = ?;

-- BALANCE.1
INSERT INTO [sync].[balance] ([run_id], [source], [source_deleted], [stored], [quarantined], [deleted], [refused], [withheld], [balanced], [entity]) SELECT CONVERT(bigint, ?), CONVERT(bigint, ?), CONVERT(bigint, ?), CONVERT(bigint, ?), CONVERT(bigint, ?), CONVERT(bigint, ?), CONVERT(bigint, ?), CONVERT(bigint, ?), ?, ?;

-- READMIT
DELETE e OUTPUT deleted.[entity] FROM [sync].[erasure] AS e WHERE e.[key] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v);

-- ANY_ERASED
SELECT TOP (1) 1 AS [found] FROM [sync].[erasure];

-- ANY_CORRECTED
SELECT TOP (1) 1 AS [found] FROM [sync].[correction] AS c WHERE c.[entity] = ? AND c.[state] IN (N'in_force', N'disputed');

-- FORMS
SELECT f.[bentuk_pendidikan_id], f.[nama] FROM [ref].[bentuk_pendidikan] AS f;

-- ERASED
SELECT e.[key], e.[reason] FROM [sync].[erasure] AS e WHERE e.[entity] = ? AND e.[key] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v);

-- KEPT_OUT
SELECT q.[key], q.[reason] FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND q.[key] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v) AND q.[reason] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v);

-- CORRECTIONS
SELECT c.[correction_id], c.[key], c.[field], c.[value], c.[seen_update] FROM [sync].[correction] AS c WHERE c.[entity] = ? AND c.[key] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v) AND c.[state] IN (N'in_force', N'disputed');

-- SETTLE_CORRECTION
UPDATE [sync].[correction] SET [state] = ?, [centre_update] = ?, [settled_at] = CASE WHEN CONVERT(int, ?) = 1 THEN SYSDATETIMEOFFSET() END WHERE [correction_id] = ?;

-- SWEPT
SELECT 1 AS [found] FROM [sync].[sweep] AS s WHERE s.[entity] = ?;

-- MARK
INSERT INTO [sync].[sweep] ([entity]) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM [sync].[sweep] AS s WITH (UPDLOCK, HOLDLOCK) WHERE s.[entity] = ?);

-- UNMARK
DELETE s FROM [sync].[sweep] AS s WHERE s.[entity] = ?;

-- UNMARK_LISTED
DELETE s FROM [sync].[sweep] AS s WHERE s.[entity] = ? AND EXISTS (SELECT 1 FROM [sync].[cursor] AS c WHERE c.[entity] = ? AND c.[since_update] IS NOT NULL);

-- STATUS_RUN
SELECT TOP (1) r.[run_id], r.[started_at], r.[finished_at], r.[state], r.[error_kind], r.[message] FROM [sync].[run] AS r WHERE r.[state] <> N'running' ORDER BY r.[run_id] DESC;

-- STATUS_NEWEST
SELECT TOP (1) r.[started_at], r.[state] FROM [sync].[run] AS r ORDER BY r.[run_id] DESC;

-- STATUS_GREEN
SELECT MAX(r.[started_at]) AS [green] FROM [sync].[run] AS r WHERE r.[state] = N'green';

-- STATUS_ENTITIES
SELECT b.[entity], b.[source], b.[stored], b.[quarantined], b.[deleted], b.[refused], b.[withheld], b.[balanced], c.[high_update], (SELECT TOP (1) e.[unknown_fields] FROM [sync].[run_entity] AS e WHERE e.[entity] = b.[entity] ORDER BY e.[run_id] DESC) AS [unknown_fields], (SELECT COUNT_BIG(*) FROM [sync].[held] AS h WHERE h.[entity] = b.[entity]) + COALESCE((SELECT MAX(e.[held]) FROM [sync].[run_entity] AS e WHERE e.[entity] = b.[entity] AND e.[error_kind] = N'leaving_braked' AND e.[run_id] = (SELECT MAX(l.[run_id]) FROM [sync].[run_entity] AS l WHERE l.[entity] = e.[entity])), 0) AS [held], k.[verified_at], k.[missed] FROM [sync].[balance] AS b LEFT JOIN [sync].[cursor] AS c ON c.[entity] = b.[entity] LEFT JOIN [sync].[checked] AS k ON k.[entity] = b.[entity];

-- STATUS_WIDTHS
SELECT w.[entity], w.[field] FROM [sync].[width] AS w ORDER BY w.[entity], w.[field];

-- STATUS_ORPHANS
SELECT c.[entity], c.[field], c.[reference], c.[orphans], c.[waiting] FROM [sync].[reference_check] AS c ORDER BY c.[entity], c.[field];

-- SET_ASIDE
SELECT q.[entity], q.[key], q.[reason], q.[field], q.[last_update], q.[first_run], q.[last_run], CASE WHEN q.[payload] IS NULL THEN 0 ELSE 1 END AS [replayable] FROM [sync].[quarantine] AS q WHERE (CONVERT(nvarchar(max), ?) IS NULL OR q.[entity] = ?) ORDER BY q.[last_run] DESC, q.[entity], q.[key] OFFSET 0 ROWS FETCH NEXT ? ROWS ONLY;

-- SET_ASIDE_VALUES
SELECT q.[entity], q.[key], q.[reason], q.[field], q.[last_update], q.[first_run], q.[last_run], CASE WHEN q.[payload] IS NULL THEN 0 ELSE 1 END AS [replayable], q.[payload] FROM [sync].[quarantine] AS q WHERE (CONVERT(nvarchar(max), ?) IS NULL OR q.[entity] = ?) ORDER BY q.[last_run] DESC, q.[entity], q.[key] OFFSET 0 ROWS FETCH NEXT ? ROWS ONLY;

-- CONTENTS
SELECT q.[key], q.[payload] FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND q.[payload] IS NOT NULL;

-- ASIDE
SELECT COUNT_BIG(*) AS [aside] FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND q.[payload] IS NOT NULL;

-- WITHHOLD.0
UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL FROM [sync].[quarantine] AS q JOIN OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d ON q.[key] = d.[key] COLLATE Latin1_General_100_BIN2 WHERE q.[entity] = ?;

-- WITHHOLD.1
INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run]) SELECT ?, d.[key], ?, d.[last_update], ?, ? FROM OPENJSON(?) WITH ([key] nvarchar(64) '$.key', [last_update] datetimeoffset(6) '$.last_update') AS d WHERE NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q WITH (UPDLOCK, HOLDLOCK) WHERE q.[entity] = ? AND q.[key] = d.[key] COLLATE Latin1_General_100_BIN2);

-- EMPTY
UPDATE [sync].[quarantine] SET [payload] = NULL, [reason] = COALESCE(CONVERT(nvarchar(max), ?), [reason]) WHERE [entity] = ? AND [key] = ?;

-- WITHDRAWN
SELECT d.[entity], d.[last_update] FROM [sync].[tombstone] AS d WHERE d.[key] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v);

-- CORRECTIONS_OF
SELECT c.[correction_id], c.[entity], c.[key], c.[field], c.[was], c.[value], c.[reason], c.[made_by], c.[made_at], c.[seen_update], c.[state], c.[centre_update], c.[settled_at] FROM [sync].[correction] AS c WHERE c.[key] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v) OR c.[state] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v) ORDER BY c.[correction_id];

-- SUPERSEDE
UPDATE [sync].[correction] SET [state] = N'withdrawn', [settled_at] = SYSDATETIMEOFFSET() WHERE [entity] = ? AND [key] = ? AND [field] = ? AND [state] IN (N'in_force', N'disputed');

-- ADD_CORRECTION
INSERT INTO [sync].[correction] ([entity], [key], [field], [value], [was], [reason], [made_by], [seen_update]) OUTPUT inserted.[correction_id] SELECT ?, ?, ?, ?, ?, ?, ?, ?;

-- END_CORRECTION
UPDATE [sync].[correction] SET [state] = N'withdrawn', [settled_at] = SYSDATETIMEOFFSET() OUTPUT inserted.[entity], inserted.[key], inserted.[field], inserted.[was], inserted.[seen_update] WHERE [correction_id] = ? AND [state] IN (N'in_force', N'disputed');

-- FORGET_CORRECTIONS
DELETE c FROM [sync].[correction] AS c WHERE c.[key] IN (SELECT v.[value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(?) AS v);

-- REWIND_TO
UPDATE [sync].[cursor] SET [since_update] = CASE WHEN [since_update] > ? THEN ? ELSE [since_update] END, [floor_update] = NULL, [position] = NULL WHERE [entity] = ?;

-- BLOCK.0
UPDATE [sync].[erasure] WITH (UPDLOCK, HOLDLOCK) SET [reason] = CASE WHEN [reason] = N'subject' THEN [reason] ELSE ? END WHERE [entity] = ? AND [key] = ?;

-- BLOCK.1
INSERT INTO [sync].[erasure] ([reason], [entity], [key]) VALUES (?, ?, ?);

-- BLOCKED
SELECT e.[entity], e.[key], e.[reason] FROM [sync].[erasure] AS e;

-- OVER.quarantine
SELECT COUNT_BIG(*) AS [over] FROM [sync].[quarantine] AS q WHERE q.[payload] IS NOT NULL AND q.[seen_at] < ?;

-- OVER.runs
SELECT COUNT_BIG(*) AS [over] FROM [sync].[run] AS r WHERE r.[started_at] < ? AND r.[run_id] < (SELECT COALESCE(MAX(g.[run_id]), 0) FROM [sync].[run] AS g WHERE g.[state] = N'green');

-- OVER.corrections
SELECT COUNT_BIG(*) AS [over] FROM [sync].[correction] AS c WHERE c.[settled_at] < ?;

-- LET_GO.quarantine
UPDATE [sync].[quarantine] SET [payload] = NULL WHERE [payload] IS NOT NULL AND [seen_at] < ?;

-- LET_GO.runs
DELETE r FROM [sync].[run] AS r WHERE r.[started_at] < ? AND r.[run_id] < (SELECT COALESCE(MAX(g.[run_id]), 0) FROM [sync].[run] AS g WHERE g.[state] = N'green');

-- LET_GO.corrections
DELETE c FROM [sync].[correction] AS c WHERE c.[settled_at] < ?;

-- UNRUN
DELETE e FROM [sync].[run_entity] AS e WHERE NOT EXISTS (SELECT 1 FROM [sync].[run] AS r WHERE r.[run_id] = e.[run_id]);

-- RECORD_END
SELECT TOP (1) p.[seq], p.[digest] FROM [sync].[processing] AS p WITH (TABLOCKX, HOLDLOCK) ORDER BY p.[seq] DESC;

-- RECORD_APPEND
INSERT INTO [sync].[processing] ([seq], [line], [digest]) VALUES (?, ?, ?);

-- RECORD_LINES
SELECT p.[seq], p.[line], p.[digest] FROM [sync].[processing] AS p WHERE p.[seq] > ? ORDER BY p.[seq];

-- HELD_ROWS
SELECT b.[entity], b.[stored], c.[high_update] FROM [sync].[balance] AS b LEFT JOIN [sync].[cursor] AS c ON c.[entity] = b.[entity];

-- FIGURES.0
SELECT w.kode_wilayah, w.nama, w.id_level_wilayah, w.mst_kode_wilayah, w.kode_dagri, w.kode_bps FROM ref.mst_wilayah w;

-- FIGURES.1
SELECT c.bentuk_pendidikan_id, c.nama FROM ref.bentuk_pendidikan c;

-- FIGURES.2
SELECT c.tingkat_pendidikan_id, c.nama FROM ref.tingkat_pendidikan c;

-- FIGURES.3
SELECT c.status_kepegawaian_id, c.nama FROM ref.status_kepegawaian c;

-- FIGURES.4
SELECT s.kode_wilayah, s.bentuk_pendidikan_id, s.status_sekolah, count(*) FROM backbone.sekolah s WHERE s.keaktifan = 1 GROUP BY s.kode_wilayah, s.bentuk_pendidikan_id, s.status_sekolah;

-- FIGURES.5
SELECT s.kode_wilayah, s.bentuk_pendidikan_id, p.jenis_kelamin, s.status_sekolah, count(DISTINCT p.peserta_didik_id) FROM backbone.peserta_didik p JOIN backbone.registrasi_peserta_didik r ON r.peserta_didik_id = p.peserta_didik_id JOIN backbone.sekolah s ON s.sekolah_id = r.sekolah_id WHERE r.jenis_keluar_id IS NULL GROUP BY s.kode_wilayah, s.bentuk_pendidikan_id, p.jenis_kelamin, s.status_sekolah;

-- FIGURES.6
SELECT s.kode_wilayah, s.bentuk_pendidikan_id, p.jenis_kelamin, p.status_kepegawaian_id, count(DISTINCT p.ptk_id) FROM backbone.ptk p JOIN backbone.ptk_terdaftar t ON t.ptk_id = p.ptk_id JOIN backbone.sekolah s ON s.sekolah_id = t.sekolah_id WHERE t.ptk_induk = 1 AND t.jenis_keluar_id IS NULL AND t.tahun_ajaran_id = (SELECT max(y.tahun_ajaran_id) FROM backbone.ptk_terdaftar y) GROUP BY s.kode_wilayah, s.bentuk_pendidikan_id, p.jenis_kelamin, p.status_kepegawaian_id;

-- FIGURES.7
SELECT s.kode_wilayah, s.bentuk_pendidikan_id, r.tingkat_pendidikan_id, count(*) FROM backbone.rombongan_belajar r JOIN backbone.sekolah s ON s.sekolah_id = r.sekolah_id WHERE r.semester_id = (SELECT max(l.semester_id) FROM backbone.rombongan_belajar l) GROUP BY s.kode_wilayah, s.bentuk_pendidikan_id, r.tingkat_pendidikan_id;
