-- How many parts of the sync service's access are missing; 0 when access.sql would change nothing.
SELECT
    (CASE WHEN SUSER_ID(N'NT SERVICE\backbone-sync') IS NULL THEN 1 ELSE 0 END)
  + (CASE WHEN DATABASE_PRINCIPAL_ID(N'NT SERVICE\backbone-sync') IS NULL THEN 1 ELSE 0 END)
  + (CASE WHEN IS_ROLEMEMBER(N'backbone_service', N'NT SERVICE\backbone-sync') = 1 THEN 0 ELSE 1 END)
    AS missing;
