-- The drill's own place in the live database: a table of canaries, and nothing else.
IF SCHEMA_ID(N'backbone_ops') IS NULL
    EXEC (N'CREATE SCHEMA [backbone_ops]');
IF OBJECT_ID(N'[backbone_ops].[drill_canary]') IS NULL
    CREATE TABLE [backbone_ops].[drill_canary] (
        [number] bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY,
        [drill] nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [written_at] datetime2(3) NOT NULL DEFAULT SYSUTCDATETIME());
