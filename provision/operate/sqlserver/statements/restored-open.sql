-- What was restored opens.
RESTORE DATABASE [backbone_restored] WITH RECOVERY;
