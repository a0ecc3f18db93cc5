-- Managed by Backbone Daerah (stage backup). Reads @file whole and compares its checksums.
RESTORE VERIFYONLY FROM DISK = @file WITH CHECKSUM;
