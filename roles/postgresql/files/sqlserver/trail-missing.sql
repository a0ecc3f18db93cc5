-- Whether the audit of changes is missing or stands still; 0 when trail.sql would change nothing.
SELECT 1 - COUNT(*) AS missing
FROM sys.server_audits
WHERE name = N'backbone_changes' AND is_state_enabled = 1;
