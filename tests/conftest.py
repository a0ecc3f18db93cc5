"""What all tests share: the programs that they start speak English, whatever the machine's language is."""

import os

os.environ["BACKBONE_LANG"] = "en"
