-- Goes on with a backup of the log, in the database that is to take the live one's place.
RESTORE LOG [backbone_restored] FROM DISK = @file WITH NORECOVERY, CHECKSUM;
