-- Where it is noted who reads the region's data: files in @directory, 2 GB of them at most; the sync service's own account
-- reads all day and is left out. SQL Server goes on where they cannot be written. Run in master.
DECLARE @make nvarchar(1000) = N'CREATE SERVER AUDIT [backbone_reading] TO FILE (FILEPATH = ' + QUOTENAME(@directory, '''')
    + N', MAXSIZE = 64 MB, MAX_ROLLOVER_FILES = 32) WITH (QUEUE_DELAY = 1000, ON_FAILURE = CONTINUE)'
    + N' WHERE server_principal_name <> ' + QUOTENAME(@account, '''');
IF NOT EXISTS (SELECT 1 FROM sys.server_audits WHERE name = N'backbone_reading')
    EXEC (@make);
IF EXISTS (SELECT 1 FROM sys.server_audits WHERE name = N'backbone_reading' AND is_state_enabled = 0)
    EXEC (N'ALTER SERVER AUDIT [backbone_reading] WITH (STATE = ON)');
