-- How many parts of the region's database are missing; 0 when database.sql would change nothing.
SELECT
    (CASE WHEN DB_ID(N'backbone') IS NULL THEN 1 ELSE 0 END)
  + (CASE WHEN EXISTS (SELECT 1 FROM sys.databases WHERE name = N'backbone' AND is_read_committed_snapshot_on = 0) THEN 1 ELSE 0 END)
  + (CASE WHEN EXISTS (SELECT 1 FROM sys.databases WHERE name = N'backbone' AND page_verify_option <> 2) THEN 1 ELSE 0 END)
  + (CASE WHEN EXISTS (SELECT 1 FROM sys.databases WHERE name = N'backbone' AND recovery_model <> 1) THEN 1 ELSE 0 END)
    AS missing;
