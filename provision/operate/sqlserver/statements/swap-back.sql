-- Puts the database that was kept aside back in its place, and what was restored out of it. Touches nothing where none
-- is kept aside. RESTRICTED_USER, and parts that begin by what is there: as in swap.sql.
SET XACT_ABORT ON;
IF DB_ID(N'backbone_before') IS NOT NULL AND DB_ID(N'backbone') IS NOT NULL AND DB_ID(N'backbone_restored') IS NULL
BEGIN
    ALTER DATABASE [backbone] SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;
    ALTER DATABASE [backbone] MODIFY NAME = [backbone_restored];
END;
IF DB_ID(N'backbone_before') IS NOT NULL AND DB_ID(N'backbone') IS NULL
BEGIN
    ALTER DATABASE [backbone_before] SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;
    ALTER DATABASE [backbone_before] MODIFY NAME = [backbone];
END;
IF DB_ID(N'backbone_before') IS NULL AND DB_ID(N'backbone') IS NOT NULL
    ALTER DATABASE [backbone] SET MULTI_USER WITH ROLLBACK IMMEDIATE;
