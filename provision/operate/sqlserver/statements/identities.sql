-- The counters of the database: the last number given (none: never used), step and beginning, as text.
SELECT s.[name] + N'.' + t.[name] + N'.' + c.[name] AS [name],
       CONVERT(varchar(40), c.[last_value]) AS [last],
       CONVERT(varchar(40), c.[increment_value]) AS [step],
       CONVERT(varchar(40), c.[seed_value]) AS [first]
FROM sys.identity_columns AS c
JOIN sys.tables AS t ON t.[object_id] = c.[object_id]
JOIN sys.schemas AS s ON s.[schema_id] = t.[schema_id]
WHERE t.[is_ms_shipped] = 0;
