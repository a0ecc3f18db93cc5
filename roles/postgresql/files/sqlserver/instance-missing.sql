-- How many of the instance's settings differ from the wanted ones; @memory is in MB.
SELECT COUNT(*) AS missing
FROM sys.configurations
WHERE (name = N'max server memory (MB)' AND CAST(value_in_use AS int) <> @memory)
   OR (name = N'remote access' AND CAST(value_in_use AS int) <> 0 AND CAST(value AS int) <> 0)
   OR (name = N'xp_cmdshell' AND CAST(value_in_use AS int) <> 0)
   OR (name = N'clr enabled' AND CAST(value_in_use AS int) <> 0)
   OR (name = N'Ole Automation Procedures' AND CAST(value_in_use AS int) <> 0)
   OR (name = N'backup checksum default' AND CAST(value_in_use AS int) <> 1)
   OR (name = N'cross db ownership chaining' AND CAST(value_in_use AS int) <> 0);
