"""Objects in an S3-compatible store: put, get, list, from the controller. The standard library alone does it.

Requests are signed by AWS's signature, version 4, the payload's digest with them. TLS always, the certificate always
checked: against one authority where the access names one, against the system's otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import re
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import quote
from xml.sax.saxutils import unescape

from provision.errors import BackboneError
from provision.exits import Exit
from provision.i18n import _
from provision.onboard.repository import Access

TIMEOUT = 30.0
MOST = 256 << 20  # bytes of an answer


class Store:
    """One client's view of its bucket.

    `unknown`: nobody here knows the store's authority yet. What comes is taken all the same, so it has to prove
    itself, as a kit does; nothing secret goes over the line, for requests are signed.
    """

    def __init__(
        self, access: Access, now: Callable[[], datetime] = lambda: datetime.now(UTC), *, unknown: bool = False
    ) -> None:
        self.access = access
        self.now = now
        self.unknown = unknown
        self.host = access.host if access.uri_style == "path" else f"{access.bucket}.{access.host}"
        self.root = f"/{access.bucket}/" if access.uri_style == "path" else "/"

    def put(self, key: str, content: bytes) -> None:
        """Store an object; BackboneError where the store does not take it."""
        self._ask("PUT", key, content=content)

    def get(self, key: str) -> bytes:
        """An object's content; BackboneError where there is none."""
        return self._ask("GET", key)

    def keys(self, prefix: str) -> list[str]:
        """All names that begin with the prefix, in order."""
        found: list[str] = []
        token = ""
        while True:
            query = [("list-type", "2"), ("prefix", prefix)]
            page = self._ask("GET", "", query=query + ([("continuation-token", token)] if token else [])).decode()
            found += [unescape(one) for one in re.findall(r"<Contents>.*?<Key>([^<]*)</Key>", page, re.S)]
            more = re.search(r"<NextContinuationToken>([^<]+)</NextContinuationToken>", page)
            if not more:
                return sorted(found)
            token = unescape(more[1])

    def _ask(self, method: str, key: str, *, content: bytes = b"", query: Sequence[tuple[str, str]] = ()) -> bytes:
        name = f"{self.host}:{self.access.port}"
        path = quote(self.root + key, safe="/-_.~")
        words = "&".join(f"{_quoted(one)}={_quoted(value)}" for one, value in sorted(query))
        # An authority of its own takes the place of the system's, it does not join them.
        context = ssl.create_default_context(cadata=self.access.authority or None)
        if self.unknown:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        line = http.client.HTTPSConnection(self.host, self.access.port, timeout=TIMEOUT, context=context)
        try:
            headers = self._signed(method, path, words, content)
            line.request(method, path + (f"?{words}" if words else ""), body=content or None, headers=headers)
            answer = line.getresponse()
            body = answer.read(MOST + 1)
        except ssl.SSLCertVerificationError as fault:
            raise BackboneError(
                _("{host}: its certificate is not the one expected: {reason}").format(
                    host=name, reason=fault.verify_message
                ),
                repair=_("if the machine was set up anew: backbone repository -i INV; if not, call for help"),
                exit_status=Exit.UNREACHED,
            ) from fault
        except (OSError, http.client.HTTPException) as fault:
            raise BackboneError(
                _("the second repository at {host} does not answer: {reason}").format(host=name, reason=fault),
                repair=_("check the line, the machine and its firewall"),
                exit_status=Exit.UNREACHED,
            ) from fault
        finally:
            line.close()
        if answer.status // 100 != 2 or len(body) > MOST:
            told = re.search(rb"<Message>([^<]{1,200})", body)
            reason = told[1].decode("utf-8", "replace") if told else answer.reason
            raise BackboneError(
                _("the second repository at {host} refused: {status} {reason}").format(
                    host=name, status=answer.status, reason=reason
                ),
                repair=_("give this inventory's servers their place there: backbone repository -i INV"),
                exit_status=Exit.UNREACHED,
            )
        return body

    def _signed(self, method: str, path: str, query: str, content: bytes) -> dict[str, str]:
        moment = self.now().strftime("%Y%m%dT%H%M%SZ")
        payload = hashlib.sha256(content).hexdigest()
        host = self.host if self.access.port == 443 else f"{self.host}:{self.access.port}"
        headers = {"host": host, "x-amz-content-sha256": payload, "x-amz-date": moment}
        lines = [f"{name}:{value}" for name, value in sorted(headers.items())]
        canonical = "\n".join([method, path, query, *lines, "", ";".join(sorted(headers)), payload])
        scope = (moment[:8], self.access.region, "s3", "aws4_request")
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        words = "\n".join(["AWS4-HMAC-SHA256", moment, "/".join(scope), digest])
        key = ("AWS4" + self.access.secret).encode()
        for part in scope:
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        sign = hmac.new(key, words.encode(), hashlib.sha256).hexdigest()
        who = f"Credential={self.access.access_key}/{'/'.join(scope)}"
        signed = ";".join(sorted(headers))
        return {**headers, "authorization": f"AWS4-HMAC-SHA256 {who}, SignedHeaders={signed}, Signature={sign}"}


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
