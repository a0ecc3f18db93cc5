-- What the database is made of beside its rows, a line a fact; `kind` tells structure from people and their rights.
SELECT N'structure' AS [kind], N'column ' + s.[name] + N'.' + t.[name] + N'.' + c.[name] + N' ' + y.[name]
     + N'(' + CONVERT(nvarchar(10), c.[max_length]) + N',' + CONVERT(nvarchar(10), c.[precision]) + N','
     + CONVERT(nvarchar(10), c.[scale]) + N') null ' + CONVERT(nvarchar(1), c.[is_nullable])
     + N' ' + COALESCE(c.[collation_name], N'') AS [line]
FROM sys.columns AS c
JOIN sys.tables AS t ON t.[object_id] = c.[object_id]
JOIN sys.schemas AS s ON s.[schema_id] = t.[schema_id]
JOIN sys.types AS y ON y.[user_type_id] = c.[user_type_id]
WHERE t.[is_ms_shipped] = 0
UNION ALL
SELECT N'structure', N'index ' + s.[name] + N'.' + t.[name] + N'.' + i.[name] + N' ' + i.[type_desc] + N' unique '
     + CONVERT(nvarchar(1), i.[is_unique]) + N' column ' + CONVERT(nvarchar(10), k.[key_ordinal]) + N' ' + c.[name]
FROM sys.indexes AS i
JOIN sys.tables AS t ON t.[object_id] = i.[object_id]
JOIN sys.schemas AS s ON s.[schema_id] = t.[schema_id]
JOIN sys.index_columns AS k ON k.[object_id] = i.[object_id] AND k.[index_id] = i.[index_id]
JOIN sys.columns AS c ON c.[object_id] = k.[object_id] AND c.[column_id] = k.[column_id]
WHERE t.[is_ms_shipped] = 0 AND i.[name] IS NOT NULL
UNION ALL
SELECT N'structure', N'check ' + s.[name] + N'.' + k.[name] + N' trusted '
     + CONVERT(nvarchar(1), 1 - k.[is_not_trusted]) + N' ' + k.[definition]
FROM sys.check_constraints AS k
JOIN sys.schemas AS s ON s.[schema_id] = k.[schema_id]
UNION ALL
SELECT N'structure', N'module ' + s.[name] + N'.' + o.[name] + N' '
     + CONVERT(nvarchar(64), HASHBYTES(N'SHA2_256', m.[definition]), 2)
FROM sys.sql_modules AS m
JOIN sys.objects AS o ON o.[object_id] = m.[object_id]
JOIN sys.schemas AS s ON s.[schema_id] = o.[schema_id]
UNION ALL
SELECT N'people', N'principal ' + p.[name] + N' ' + p.[type_desc] + N' ' + CONVERT(nvarchar(180), p.[sid], 2)
FROM sys.database_principals AS p
WHERE p.[sid] IS NOT NULL
UNION ALL
SELECT N'people', N'member ' + p.[name] + N' of ' + r.[name]
FROM sys.database_role_members AS m
JOIN sys.database_principals AS p ON p.[principal_id] = m.[member_principal_id]
JOIN sys.database_principals AS r ON r.[principal_id] = m.[role_principal_id]
UNION ALL
SELECT N'people', N'right ' + p.[name] + N' ' + g.[state_desc] + N' ' + g.[permission_name] + N' on ' + g.[class_desc]
     + N' ' + CONVERT(nvarchar(20), g.[major_id])
FROM sys.database_permissions AS g
JOIN sys.database_principals AS p ON p.[principal_id] = g.[grantee_principal_id]
WHERE g.[major_id] >= 0;
