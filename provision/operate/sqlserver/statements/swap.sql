-- Puts the live database aside under another name, and the restored one in its place. What was done stays as it is,
-- so that it can be said again after a cut. Never SINGLE_USER: a reader's program that comes back at once would be the
-- single user, and neither the rename nor the way back would be let in. Each part looks at what is there, so that after
-- an error nothing is done that rests on what failed.
SET XACT_ABORT ON;
IF DB_ID(N'backbone_restored') IS NOT NULL AND DB_ID(N'backbone') IS NOT NULL AND DB_ID(N'backbone_before') IS NULL
BEGIN
    ALTER DATABASE [backbone] SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;
    ALTER DATABASE [backbone] MODIFY NAME = [backbone_before];
END;
IF DB_ID(N'backbone_restored') IS NOT NULL AND DB_ID(N'backbone') IS NULL
BEGIN
    ALTER DATABASE [backbone_restored] SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;
    ALTER DATABASE [backbone_restored] MODIFY NAME = [backbone];
END;
IF DB_ID(N'backbone_restored') IS NULL AND DB_ID(N'backbone') IS NOT NULL
    ALTER DATABASE [backbone] SET MULTI_USER WITH ROLLBACK IMMEDIATE;
