"""AWS's signature, version 4: who sent a request, and that nobody changed it."""

import hashlib
import hmac
import re
import time
from datetime import UTC, datetime
from urllib.parse import quote

from buckets import Refused

SKEW = 900  # seconds that a client's clock may differ
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,]+)/(\d{8})/([^/,]+)/(s3)/(aws4_request), ?SignedHeaders=([a-z0-9;-]+), ?"
    r"Signature=([0-9a-f]{64})"
)


def encoded(text, safe=""):
    return quote(text, safe="-_.~" + safe)


def signature(secret, method, path, query, headers, signed, payload, scope, moment):
    """AWS's signature, version 4, of a request."""
    pairs = sorted((encoded(name), encoded(value)) for name, value in query)
    canonical = "\n".join(
        [
            method,
            path,
            "&".join(f"{name}={value}" for name, value in pairs),
            *(f"{name}:{' '.join((headers.get(name) or '').split())}" for name in signed),
            "",
            ";".join(signed),
            payload,
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    words = "\n".join(["AWS4-HMAC-SHA256", moment, "/".join(scope), digest])
    key = ("AWS4" + secret).encode()
    for part in scope:
        key = hmac.new(key, part.encode(), "sha256").digest()
    return hmac.new(key, words.encode(), "sha256").hexdigest()


def account_of(method, path, query, headers, accounts):
    """The account whose signature a request bears, and its digest of the body as signed; Refused without.

    `path` as it came, `query` as decoded (name, value) pairs, `headers` with a `get` that ignores case.
    """
    found = AUTHORIZATION.fullmatch(headers.get("Authorization") or "")
    account = accounts.get(found[1]) if found else None
    if account is None:
        raise Refused(403, "AccessDenied")
    moment = headers.get("x-amz-date") or ""
    try:
        at = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise Refused(403, "AccessDenied", "x-amz-date is missing") from None
    if abs(time.time() - at) > SKEW or not moment.startswith(found[2]):
        raise Refused(403, "RequestTimeTooSkewed", "the clocks of the two machines differ")
    signed = found[6].split(";")
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed):
        raise Refused(403, "AccessDenied", "too little of the request is signed")
    payload = headers.get("x-amz-content-sha256") or ""
    scope = found.groups()[1:5]
    wanted = signature(account["secret"], method, path, query, headers, signed, payload, scope, moment)
    if not hmac.compare_digest(wanted, found[7]):
        raise Refused(403, "SignatureDoesNotMatch")
    return account, payload
