-- What an earlier drill that was cut off has left: its scratch database and its snapshots.
SELECT d.[name] AS [name]
FROM sys.databases AS d
WHERE d.[name] = N'backbone_drill'
   OR (d.[name] LIKE N'backbone[_]mark[_]%' AND d.[source_database_id] = DB_ID(N'backbone'));
