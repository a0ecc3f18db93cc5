-- The region's database. Run in master; what is there already stays as it is.
IF DB_ID(N'backbone') IS NULL
    CREATE DATABASE [backbone];
IF EXISTS (SELECT 1 FROM sys.databases WHERE name = N'backbone' AND is_read_committed_snapshot_on = 0)
    ALTER DATABASE [backbone] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;
IF EXISTS (SELECT 1 FROM sys.databases WHERE name = N'backbone' AND page_verify_option <> 2)
    ALTER DATABASE [backbone] SET PAGE_VERIFY CHECKSUM;
IF EXISTS (SELECT 1 FROM sys.databases WHERE name = N'backbone' AND recovery_model <> 1)
    ALTER DATABASE [backbone] SET RECOVERY FULL;
