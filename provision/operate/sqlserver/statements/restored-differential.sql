-- Goes on with a differential backup, in the database that is to take the live one's place.
RESTORE DATABASE [backbone_restored] FROM DISK = @file WITH NORECOVERY, CHECKSUM;
