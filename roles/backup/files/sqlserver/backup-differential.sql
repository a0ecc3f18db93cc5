-- Managed by Backbone Daerah (stage backup). What has changed since the last full backup, into @file.
BACKUP DATABASE [backbone] TO DISK = @file
WITH DIFFERENTIAL, CHECKSUM, COMPRESSION, FORMAT, INIT,
     ENCRYPTION (ALGORITHM = AES_256, SERVER CERTIFICATE = [backbone_backup]);
