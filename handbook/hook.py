"""MkDocs' hook: puts the generated reference where a page has a line `<!-- made: NAME -->`.

The reference is made from the code while the site is built, so that it cannot be older than the code.
"""

from __future__ import annotations

import re
from typing import Any

from handbook import reference

MARK = re.compile(r"^<!-- made: ([a-z]+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, *, page: Any, **_others: Any) -> str:
    """The page's text with each mark replaced, in the language that the page is written in."""
    language = "id" if page.file.src_uri.endswith(".id.md") else "en"
    return MARK.sub(lambda found: reference.made(found[1], language), markdown)
