-- Puts the live database aside under another name, and the restored one in its place. What was done stays as it is,
-- so that it can be said again after a cut.
IF DB_ID(N'backbone_restored') IS NOT NULL AND DB_ID(N'backbone') IS NOT NULL AND DB_ID(N'backbone_before') IS NULL
BEGIN
    ALTER DATABASE [backbone] SET SINGLE_USER WITH ROLLBACK IMMEDIATE;
    ALTER DATABASE [backbone] MODIFY NAME = [backbone_before];
    ALTER DATABASE [backbone_before] SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;
END;
IF DB_ID(N'backbone_restored') IS NOT NULL AND DB_ID(N'backbone') IS NULL
BEGIN
    ALTER DATABASE [backbone_restored] SET SINGLE_USER WITH ROLLBACK IMMEDIATE;
    ALTER DATABASE [backbone_restored] MODIFY NAME = [backbone];
END;
IF DB_ID(N'backbone_restored') IS NULL AND DB_ID(N'backbone') IS NOT NULL
    ALTER DATABASE [backbone] SET MULTI_USER WITH ROLLBACK IMMEDIATE;
