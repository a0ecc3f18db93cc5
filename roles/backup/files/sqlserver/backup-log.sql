-- Managed by Backbone Daerah (stage backup). The log since its last backup, into @file: any moment can be restored.
BACKUP LOG [backbone] TO DISK = @file
WITH CHECKSUM, COMPRESSION, FORMAT, INIT, ENCRYPTION (ALGORITHM = AES_256, SERVER CERTIFICATE = [backbone_backup]);
