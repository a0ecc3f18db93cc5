-- Which changes inside the database are noted. What a restore brought along from another server belongs to no audit here,
-- so that it is made anew.
IF EXISTS (SELECT 1 FROM sys.database_audit_specifications WHERE name = N'backbone_changes')
    EXEC (N'ALTER DATABASE AUDIT SPECIFICATION [backbone_changes] WITH (STATE = OFF)');
IF EXISTS (SELECT 1 FROM sys.database_audit_specifications WHERE name = N'backbone_changes')
    EXEC (N'DROP DATABASE AUDIT SPECIFICATION [backbone_changes]');
DECLARE @make nvarchar(2000) = N'CREATE DATABASE AUDIT SPECIFICATION [backbone_changes] FOR SERVER AUDIT [backbone_changes]
    ADD (AUDIT_CHANGE_GROUP),
    ADD (DATABASE_OBJECT_CHANGE_GROUP),
    ADD (DATABASE_OBJECT_PERMISSION_CHANGE_GROUP),
    ADD (DATABASE_PERMISSION_CHANGE_GROUP),
    ADD (DATABASE_PRINCIPAL_CHANGE_GROUP),
    ADD (DATABASE_ROLE_MEMBER_CHANGE_GROUP),
    ADD (SCHEMA_OBJECT_CHANGE_GROUP),
    ADD (SCHEMA_OBJECT_PERMISSION_CHANGE_GROUP)
    WITH (STATE = ON)';
EXEC (@make);
