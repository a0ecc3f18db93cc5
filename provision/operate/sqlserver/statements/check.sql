-- Looks at every page, table and index; a row for each thing that is wrong with them.
DBCC CHECKDB ([backbone_drill]) WITH NO_INFOMSGS, ALL_ERRORMSGS, TABLERESULTS;
