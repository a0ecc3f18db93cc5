-- Goes on with a backup of the log.
RESTORE LOG [backbone_drill] FROM DISK = @file WITH NORECOVERY, CHECKSUM;
