-- The certificate that encrypts backups, and a copy of it with its key beside them, without which nobody restores them on
-- another server. @secret protects both; @directory is where the backups lie. Run in master.
DECLARE @master nvarchar(400) = N'CREATE MASTER KEY ENCRYPTION BY PASSWORD = ' + QUOTENAME(@secret, '''');
DECLARE @make nvarchar(400) =
    N'CREATE CERTIFICATE [backbone_backup] WITH SUBJECT = N''Backbone backups'', EXPIRY_DATE = N''2099-01-01''';
DECLARE @copy nvarchar(2000) =
    N'BACKUP CERTIFICATE [backbone_backup] TO FILE = ' + QUOTENAME(@directory + N'\backbone_backup.cer', '''')
    + N' WITH PRIVATE KEY (FILE = ' + QUOTENAME(@directory + N'\backbone_backup.pvk', '''')
    + N', ENCRYPTION BY PASSWORD = ' + QUOTENAME(@secret, '''') + N')';
IF NOT EXISTS (SELECT 1 FROM sys.symmetric_keys WHERE name = N'##MS_DatabaseMasterKey##')
    EXEC (@master);
IF NOT EXISTS (SELECT 1 FROM sys.certificates WHERE name = N'backbone_backup')
    EXEC (@make);
EXEC (@copy);
