-- Whether the audit of reading is missing or stands still; 0 when reading.sql would change nothing.
SELECT 1 - COUNT(*) AS missing
FROM sys.server_audits
WHERE name = N'backbone_reading' AND is_state_enabled = 1;
