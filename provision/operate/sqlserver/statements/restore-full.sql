-- Begins the database @name from a full backup, beside the live one; @files says where each of its files goes (JSON:
-- name, path).
SET NOCOUNT ON;
DECLARE @moves nvarchar(max) = N'';
SELECT @moves = @moves + N', MOVE N''' + REPLACE(f.[name], N'''', N'''''') + N''' TO N'''
     + REPLACE(f.[path], N'''', N'''''') + N''''
FROM OPENJSON(@files) WITH ([name] nvarchar(128) '$.name', [path] nvarchar(260) '$.path') AS f;
SET @moves = N'RESTORE DATABASE ' + QUOTENAME(@name) + N' FROM DISK = @file WITH NORECOVERY, CHECKSUM' + @moves;
EXEC sp_executesql @moves, N'@file nvarchar(260)', @file = @file;
