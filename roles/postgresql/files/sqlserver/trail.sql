-- Where changes of structure and rights are noted: files in @directory, 2 GB of them at most. SQL Server goes on where they
-- cannot be written: a full disk must not stop the region's data. Run in master.
DECLARE @make nvarchar(1000) = N'CREATE SERVER AUDIT [backbone_changes] TO FILE (FILEPATH = ' + QUOTENAME(@directory, '''')
    + N', MAXSIZE = 64 MB, MAX_ROLLOVER_FILES = 32) WITH (QUEUE_DELAY = 1000, ON_FAILURE = CONTINUE)';
IF NOT EXISTS (SELECT 1 FROM sys.server_audits WHERE name = N'backbone_changes')
    EXEC (@make);
IF EXISTS (SELECT 1 FROM sys.server_audits WHERE name = N'backbone_changes' AND is_state_enabled = 0)
    EXEC (N'ALTER SERVER AUDIT [backbone_changes] WITH (STATE = ON)');
