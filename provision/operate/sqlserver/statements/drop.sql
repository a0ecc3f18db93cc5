-- Removes a snapshot or the scratch database, whatever its state; nothing where there is none.
DECLARE @alone nvarchar(400) = N'ALTER DATABASE ' + QUOTENAME(@name) + N' SET SINGLE_USER WITH ROLLBACK IMMEDIATE';
DECLARE @drop nvarchar(400) = N'DROP DATABASE ' + QUOTENAME(@name);
IF EXISTS (SELECT 1 FROM sys.databases WHERE [name] = @name AND [source_database_id] IS NULL AND [state] = 0)
    EXEC (@alone);
IF DB_ID(@name) IS NOT NULL
    EXEC (@drop);
