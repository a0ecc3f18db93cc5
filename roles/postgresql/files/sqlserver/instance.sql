-- Settings of the instance: memory that leaves room for the rest of the server, and nothing on that reaches outside SQL.
EXEC sp_configure N'show advanced options', 1;
RECONFIGURE;
EXEC sp_configure N'max server memory (MB)', @memory;
EXEC sp_configure N'remote access', 0;
EXEC sp_configure N'xp_cmdshell', 0;
EXEC sp_configure N'clr enabled', 0;
EXEC sp_configure N'Ole Automation Procedures', 0;
EXEC sp_configure N'backup checksum default', 1;
EXEC sp_configure N'cross db ownership chaining', 0;
RECONFIGURE;
