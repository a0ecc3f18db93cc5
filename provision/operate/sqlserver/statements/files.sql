-- What a full backup is made of: the name, kind (D data, L log) and size in bytes of each file of the database.
RESTORE FILELISTONLY FROM DISK = @file;
