-- Inside the region's database: the sync service's role owns four schemas and nothing else; readers read two of them.
-- The service's account joins the role once there is such an account.
IF DATABASE_PRINCIPAL_ID(N'backbone_service') IS NULL CREATE ROLE [backbone_service];
GRANT CREATE TABLE TO [backbone_service];
IF SCHEMA_ID(N'ref') IS NULL EXEC (N'CREATE SCHEMA [ref] AUTHORIZATION [backbone_service]');
IF SCHEMA_ID(N'backbone') IS NULL EXEC (N'CREATE SCHEMA [backbone] AUTHORIZATION [backbone_service]');
IF SCHEMA_ID(N'staging') IS NULL EXEC (N'CREATE SCHEMA [staging] AUTHORIZATION [backbone_service]');
IF SCHEMA_ID(N'sync') IS NULL EXEC (N'CREATE SCHEMA [sync] AUTHORIZATION [backbone_service]');
IF DATABASE_PRINCIPAL_ID(N'backbone_reader') IS NULL CREATE ROLE [backbone_reader];
GRANT SELECT ON SCHEMA::[ref] TO [backbone_reader];
GRANT SELECT ON SCHEMA::[backbone] TO [backbone_reader];
