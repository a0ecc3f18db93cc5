"""The audit's page as PDF, through WeasyPrint: an extra, since it needs Pango on the machine."""

from __future__ import annotations

import sys
from typing import Any

from provision.errors import UsageError
from provision.i18n import _


def _library() -> Any:
    try:
        import weasyprint
    except ImportError as fault:
        raise UsageError(
            _("PDF needs WeasyPrint, which is not installed"),
            repair=_("install it: {python} -m pip install 'weasyprint>=70'").format(python=sys.executable),
        ) from fault
    except OSError as fault:  # its shared libraries are loaded with it
        raise UsageError(
            _("PDF needs Pango, which is not on this machine: {why}").format(why=str(fault).splitlines()[0]),
            repair="sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        ) from fault
    return weasyprint


def ensure() -> None:
    """UsageError when no PDF can be made here, said before any server is asked."""
    _library()


def render(page: str) -> bytes:
    """The PDF of a self-contained page. Nothing is fetched from anywhere."""
    library = _library()
    nowhere = library.URLFetcher(allowed_protocols=())
    made: bytes = library.HTML(string=page, url_fetcher=nowhere).write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    return made
