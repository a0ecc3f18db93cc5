-- Lets the sync service's own Windows account into the region's database, as a member of the role that owns the service's
-- schemas, and nowhere else. Run in that database; what is there already stays as it is.
IF SUSER_ID(N'NT SERVICE\backbone-sync') IS NULL CREATE LOGIN [NT SERVICE\backbone-sync] FROM WINDOWS;
IF DATABASE_PRINCIPAL_ID(N'NT SERVICE\backbone-sync') IS NULL CREATE USER [NT SERVICE\backbone-sync] FOR LOGIN [NT SERVICE\backbone-sync];
ALTER ROLE [backbone_service] ADD MEMBER [NT SERVICE\backbone-sync];
