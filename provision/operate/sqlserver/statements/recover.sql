-- The last backup of the log, up to the marked transaction and no further; then the scratch opens, for us alone.
-- RESTORE takes the mark's name as a literal alone.
DECLARE @last nvarchar(600) = N'RESTORE LOG [backbone_drill] FROM DISK = @file WITH STOPATMARK = N'''
    + REPLACE(@mark, N'''', N'''''') + N''', RECOVERY, CHECKSUM';
EXEC sp_executesql @last, N'@file nvarchar(260)', @file = @file;
ALTER DATABASE [backbone_drill] SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;
