"""`python -m backbone_sync` is the command `backbone-sync`."""

import sys

from backbone_sync.cli import main

sys.exit(main())
