-- How many kinds of change inside the database are not noted; 0 when trail-inside.sql would change nothing.
-- SQL Server 2016 before its Service Pack 1 (13.0.4001) can do this in the Enterprise edition alone: nothing is missed there,
-- and the audit says so.
SELECT CASE WHEN CONVERT(int, SERVERPROPERTY('EngineEdition')) <> 3
             AND PARSENAME(CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')), 4) = N'13'
             AND CONVERT(int, PARSENAME(CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')), 2)) < 4001
            THEN 0 ELSE 8 - COUNT(*) END AS missing
FROM sys.database_audit_specifications AS s
JOIN sys.server_audits AS a ON a.audit_guid = s.audit_guid AND a.name = N'backbone_changes'
JOIN sys.database_audit_specification_details AS d ON d.database_specification_id = s.database_specification_id
WHERE s.name = N'backbone_changes' AND s.is_state_enabled = 1
  AND d.audit_action_name IN (N'AUDIT_CHANGE_GROUP',
      N'DATABASE_OBJECT_CHANGE_GROUP',
      N'DATABASE_OBJECT_PERMISSION_CHANGE_GROUP',
      N'DATABASE_PERMISSION_CHANGE_GROUP',
      N'DATABASE_PRINCIPAL_CHANGE_GROUP',
      N'DATABASE_ROLE_MEMBER_CHANGE_GROUP',
      N'SCHEMA_OBJECT_CHANGE_GROUP',
      N'SCHEMA_OBJECT_PERMISSION_CHANGE_GROUP');
