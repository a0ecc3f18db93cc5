-- Managed by Backbone Daerah (stage backup). A full backup into @file.
BACKUP DATABASE [backbone] TO DISK = @file
WITH CHECKSUM, COMPRESSION, FORMAT, INIT, ENCRYPTION (ALGORITHM = AES_256, SERVER CERTIFICATE = [backbone_backup]);
