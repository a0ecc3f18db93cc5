-- Marks a moment. The sync service's own lock keeps it from writing meanwhile; a canary is written, a marked
-- transaction ends (@mark), and a snapshot of the database shows what was there. What comes after is not in it: a
-- second canary. Answers the numbers of both, the moment (seconds since 1970 in UTC), where the mark stands in the log,
-- and for how many milliseconds the lock was held.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @got int, @before bigint, @after bigint, @taken datetime2(3), @at datetime2(3), @held int;
DECLARE @make nvarchar(max) = N'';
SELECT @make = @make + CASE WHEN @make = N'' THEN N'' ELSE N', ' END
     + N'(NAME = ' + QUOTENAME(f.[name]) + N', FILENAME = N'''
     + REPLACE(@folder + CONVERT(nvarchar(10), f.[file_id]) + N'-' + @snapshot + N'.ss', N'''', N'''''') + N''')'
FROM sys.database_files AS f
WHERE f.[type] = 0;
SET @make = N'CREATE DATABASE ' + QUOTENAME(@snapshot) + N' ON ' + @make + N' AS SNAPSHOT OF [backbone]';
EXEC @got = sp_getapplock @Resource = N'backbone_sync', @LockMode = N'Exclusive', @LockOwner = N'Session',
     @LockTimeout = 120000, @DbPrincipal = N'public';
IF @got < 0
    THROW 50002, N'a sync run is under way and did not end within two minutes', 1;
SET @taken = SYSUTCDATETIME();
BEGIN TRY
    INSERT INTO [backbone_ops].[drill_canary] ([drill]) VALUES (@mark);
    SET @before = SCOPE_IDENTITY();
    BEGIN TRANSACTION @mark WITH MARK N'backbone drill';
    UPDATE [backbone_ops].[drill_canary] SET [written_at] = SYSUTCDATETIME() WHERE [number] = @before;
    COMMIT TRANSACTION @mark;
    SET @at = SYSUTCDATETIME();
    EXEC (@make);
END TRY
BEGIN CATCH
    IF @@TRANCOUNT > 0
        ROLLBACK TRANSACTION;
    EXEC sp_releaseapplock @Resource = N'backbone_sync', @LockOwner = N'Session', @DbPrincipal = N'public';
    THROW;
END CATCH;
EXEC sp_releaseapplock @Resource = N'backbone_sync', @LockOwner = N'Session', @DbPrincipal = N'public';
SET @held = DATEDIFF(millisecond, @taken, SYSUTCDATETIME());
INSERT INTO [backbone_ops].[drill_canary] ([drill]) VALUES (@mark);
SET @after = SCOPE_IDENTITY();
SELECT @before AS [before], @after AS [after], @held AS [held],
       (SELECT CONVERT(varchar(30), MAX(m.[lsn])) FROM msdb.dbo.logmarkhistory AS m
        WHERE m.[database_name] = N'backbone' AND m.[mark_name] = @mark) AS [lsn],
       DATEDIFF_BIG(millisecond, '19700101', @at) / 1000.0 AS [at];
