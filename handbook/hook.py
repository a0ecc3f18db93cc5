"""MkDocs' hook: puts the generated reference where a page has a line `<!-- made: NAME -->`.

The reference is made from the code while the site is built, so that it cannot be older than the code. Code and tables,
which may be wider than the page, can be reached and scrolled by keyboard.
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


def on_page_content(html: str, *, page: Any, **_others: Any) -> str:
    """The page with every table in a group of its own, and it and every block of code as a stop of the Tab key."""
    name = "Tabel" if page.file.src_uri.endswith(".id.md") else "Table"
    html = html.replace("<table>", f'<div class="wide" tabindex="0" role="group" aria-label="{name}"><table>')
    return html.replace("</table>", "</table></div>").replace("<pre><span></span><code>", '<pre tabindex="0"><code>')
