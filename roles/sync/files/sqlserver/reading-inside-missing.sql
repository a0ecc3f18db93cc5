-- Whether reading the region's data is not noted; 0 when reading-inside.sql would change nothing.
-- SQL Server 2016 before its Service Pack 1 (13.0.4001) can do this in the Enterprise edition alone: nothing is missed there,
-- and the audit says so.
SELECT CASE WHEN CONVERT(int, SERVERPROPERTY('EngineEdition')) <> 3
             AND PARSENAME(CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')), 4) = N'13'
             AND CONVERT(int, PARSENAME(CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')), 2)) < 4001
            THEN 0 ELSE 1 - COUNT(*) END AS missing
FROM sys.database_audit_specifications AS s
JOIN sys.server_audits AS a ON a.audit_guid = s.audit_guid AND a.name = N'backbone_reading'
JOIN sys.database_audit_specification_details AS d ON d.database_specification_id = s.database_specification_id
WHERE s.name = N'backbone_reading' AND s.is_state_enabled = 1 AND d.audit_action_name = N'SELECT'
  AND d.class_desc = N'SCHEMA' AND d.major_id = SCHEMA_ID(N'backbone')
  AND d.audited_principal_id = DATABASE_PRINCIPAL_ID(N'public');
