"""What all tests share: the programs that they start speak English, and a slow moment of the machine is no fault."""

import os

from hypothesis import settings

os.environ["BACKBONE_LANG"] = "en"
# How long one example takes says nothing on a machine that does other things, too.
settings.register_profile("backbone", deadline=None)
settings.load_profile("backbone")
