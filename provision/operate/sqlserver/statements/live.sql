-- What stands where: the state of the live database (NULL where there is none), whether one that was kept aside or one
-- that was restored is there, where the data lies, and how many bytes are free there.
SELECT d.[state_desc] AS [state],
       CASE WHEN DB_ID(N'backbone_before') IS NULL THEN 0 ELSE 1 END AS [before],
       CASE WHEN DB_ID(N'backbone_restored') IS NULL THEN 0 ELSE 1 END AS [restored],
       LEFT(f.[physical_name],
            LEN(f.[physical_name]) - PATINDEX(N'%[\/]%', REVERSE(f.[physical_name])) + 1) AS [folder],
       v.[available_bytes] AS [free]
FROM sys.master_files AS f
LEFT JOIN sys.databases AS d ON d.[name] = N'backbone'
OUTER APPLY sys.dm_os_volume_stats(f.[database_id], f.[file_id]) AS v
WHERE f.[database_id] = COALESCE(DB_ID(N'backbone'), DB_ID(N'master')) AND f.[file_id] = 1;
