-- The backups of the database that the server knows of, the oldest first. A restore begins another history of the same
-- database: only the present one counts, and the last one that was backed up where there is no database. Log sequence
-- numbers are text: they have 25 digits. `began`, `seconds`: when it began and ended, since 1970 in UTC. Copies of
-- the database are somebody's own; one of the log may be its tail, which WITH NO_TRUNCATE saves of a damaged database.
SELECT b.[type] AS [type],
       CONVERT(varchar(36), b.[backup_set_uuid]) AS [id],
       CONVERT(varchar(36), b.[differential_base_guid]) AS [base],
       CONVERT(varchar(30), b.[first_lsn]) AS [first],
       CONVERT(varchar(30), b.[last_lsn]) AS [last],
       DATEDIFF_BIG(second, '19700101',
                    DATEADD(minute, DATEDIFF(minute, GETDATE(), GETUTCDATE()), b.[backup_start_date])) AS [began],
       DATEDIFF_BIG(second, '19700101',
                    DATEADD(minute, DATEDIFF(minute, GETDATE(), GETUTCDATE()), b.[backup_finish_date])) AS [seconds],
       CONVERT(int, b.[has_backup_checksums]) AS [checked],
       CONVERT(int, b.[is_damaged]) AS [damaged],
       CONVERT(bigint, COALESCE(b.[compressed_backup_size], b.[backup_size])) AS [bytes],
       f.[physical_device_name] AS [file]
FROM msdb.dbo.backupset AS b
JOIN msdb.dbo.backupmediafamily AS f ON f.[media_set_id] = b.[media_set_id]
WHERE b.[database_name] = N'backbone' AND (b.[is_copy_only] = 0 OR b.[type] = 'L')
  AND b.[last_recovery_fork_guid] = COALESCE(
      (SELECT r.[recovery_fork_guid] FROM sys.database_recovery_status AS r WHERE r.[database_id] = DB_ID(N'backbone')),
      (SELECT TOP (1) n.[last_recovery_fork_guid] FROM msdb.dbo.backupset AS n
       WHERE n.[database_name] = N'backbone' AND (n.[is_copy_only] = 0 OR n.[type] = 'L')
       ORDER BY n.[backup_set_id] DESC))
  AND b.[backup_finish_date] > DATEADD(day, -90, GETDATE())
ORDER BY b.[backup_set_id];
