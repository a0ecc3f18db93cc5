-- How many of the four schemas and two roles are missing inside the database.
SELECT
    (SELECT 4 - COUNT(*) FROM sys.schemas WHERE name IN (N'ref', N'backbone', N'staging', N'sync'))
  + (SELECT 2 - COUNT(*) FROM sys.database_principals WHERE type = 'R' AND name IN (N'backbone_service', N'backbone_reader'))
    AS missing;
