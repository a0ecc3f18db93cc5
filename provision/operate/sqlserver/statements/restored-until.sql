-- The last backup of the log that is needed, up to @moment (UTC, ISO 8601 without a zone) and no further. The log's own
-- times are the server's local ones.
DECLARE @last datetime = DATEADD(minute, DATEDIFF(minute, GETUTCDATE(), GETDATE()), CONVERT(datetime, @moment, 126));
EXEC sp_executesql
    N'RESTORE LOG [backbone_restored] FROM DISK = @file WITH STOPAT = @last, NORECOVERY, CHECKSUM',
    N'@file nvarchar(260), @last datetime', @file = @file, @last = @last;
