-- Goes on with a differential backup.
RESTORE DATABASE [backbone_drill] FROM DISK = @file WITH NORECOVERY, CHECKSUM;
