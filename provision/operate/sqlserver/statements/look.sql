-- The database and its server: version, recovery model, where its data lies, how large it is, how much room there is.
SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')) AS [version],
       d.[recovery_model_desc] AS [recovery],
       d.[state_desc] AS [state],
       LEFT(f.[physical_name],
            LEN(f.[physical_name]) - PATINDEX(N'%[\/]%', REVERSE(f.[physical_name])) + 1) AS [folder],
       (SELECT SUM(CONVERT(bigint, m.[size])) * 8192
        FROM sys.master_files AS m WHERE m.[database_id] = d.[database_id]) AS [bytes],
       v.[available_bytes] AS [free]
FROM sys.databases AS d
JOIN sys.master_files AS f ON f.[database_id] = d.[database_id] AND f.[file_id] = 1
CROSS APPLY sys.dm_os_volume_stats(d.[database_id], f.[file_id]) AS v
WHERE d.[name] = N'backbone';
