-- Every reading of the region's data is noted, whoever reads. What a restore brought along from another server belongs to
-- no audit here, so that it is made anew.
IF EXISTS (SELECT 1 FROM sys.database_audit_specifications WHERE name = N'backbone_reading')
    EXEC (N'ALTER DATABASE AUDIT SPECIFICATION [backbone_reading] WITH (STATE = OFF)');
IF EXISTS (SELECT 1 FROM sys.database_audit_specifications WHERE name = N'backbone_reading')
    EXEC (N'DROP DATABASE AUDIT SPECIFICATION [backbone_reading]');
DECLARE @make nvarchar(2000) = N'CREATE DATABASE AUDIT SPECIFICATION [backbone_reading] FOR SERVER AUDIT [backbone_reading]
    ADD (SELECT ON SCHEMA::[backbone] BY [public])
    WITH (STATE = ON)';
EXEC (@make);
