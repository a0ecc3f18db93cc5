-- Whether the certificate that encrypts backups is missing; 0 when it is there.
SELECT COUNT(*) AS missing
FROM (SELECT 1 AS one) AS nothing
WHERE NOT EXISTS (SELECT 1 FROM sys.certificates WHERE name = N'backbone_backup');
