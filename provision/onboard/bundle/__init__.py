"""A bundle: everything that a server needs from the internet, gathered once, carried on a disk, applied without any.

FOLDER/bundle.json names every file with its SHA-256; FOLDER/bundle.dsse.json signs that list, as reports are signed.
FOLDER/debian-12/{main,security}/ is the part of Debian's own archive that is needed, with Debian's own signatures:
what a server installs from it apt verifies as always. FOLDER/wheels/ is the sync service's wheelhouse,
FOLDER/program/ what servers audit themselves with, FOLDER/signatures/ the antivirus's.
"""
