"""Answers to the part of S3 that pgBackRest and restic use: objects, uploads in parts, lists, deletion."""

import base64
import hashlib
import io
import os
import re
import secrets
import shutil
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape, unescape

from buckets import Refused, checked_key
from signing import account_of, encoded

CHUNK = 1 << 20
MOST = 5 << 30  # bytes of one object or part
FORM = 1 << 20  # bytes of a request that is a document
IDLE = 120  # seconds without a word
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "backbone-repository", ""
    timeout = IDLE

    def setup(self):
        # Here, in the connection's own thread: who says nothing holds nobody up.
        self.request.settimeout(IDLE)
        self.request.do_handshake()
        super().setup()

    def log_message(self, *_ignored):
        """Only what was refused is written, by `serve_one`."""

    def receive(self, into, most):
        """The body, written to `into`; its length. Refused where it is not what was signed."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or self.payload.startswith("STREAMING"):
            raise Refused(411, "MissingContentLength")
        if int(length) > most:
            raise Refused(413, "EntityTooLarge")
        sha, md5, left = hashlib.sha256(), hashlib.md5(usedforsecurity=False), int(length)
        while left:
            block = self.rfile.read(min(left, CHUNK))
            if not block:
                raise ConnectionError("the client hung up")
            left -= len(block)
            sha.update(block)
            md5.update(block)
            into.write(block)
        self.taken = True
        if self.payload != "UNSIGNED-PAYLOAD" and self.payload != sha.hexdigest():
            raise Refused(400, "XAmzContentSHA256Mismatch")
        told = self.headers.get("Content-MD5")
        if told and base64.b64decode(told) != md5.digest():
            raise Refused(400, "BadDigest")
        return int(length)

    def serve_one(self):
        """Answer one request."""
        self.taken = self.headers.get("Content-Length", "0") == "0" and not self.headers.get("Transfer-Encoding")
        path, _mark, query = self.path.partition("?")
        self.query = parse_qsl(query, keep_blank_values=True)
        asked = dict(self.query)
        try:
            account, self.payload = account_of(self.command, path, self.query, self.headers, self.server.accounts)
            bucket, _slash, key = unquote(path).lstrip("/").partition("/")
            if bucket != account["bucket"]:
                raise Refused(403, "AccessDenied", "another bucket")
            self.bucket, self.allowed = self.server.buckets[bucket], account["prefixes"]
            act = getattr(self, f"{self.command.lower()}_{'object' if key else 'bucket'}")
            act(key, asked) if key else act(asked)
        except Refused as fault:
            told = f"{self.command} {path}: {fault.status} {fault.message} ({self.client_address[0]})"
            print(re.sub(r"[^ -~]", "?", told), file=sys.stderr, flush=True)
            text = f"<Error><Code>{fault.code}</Code><Message>{escape(fault.message)}</Message></Error>"
            self.close_connection = self.close_connection or not self.taken
            self.answer(fault.status, text.encode())

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = serve_one  # noqa: N815 — the library's names

    def answer(self, status, body=b"", headers=()):
        """Send a whole answer."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if body:
            self.send_header("Content-Type", "application/xml")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def may(self, key):
        """Refused where the account has no business."""
        if not any(key.startswith(prefix) for prefix in self.allowed):
            raise Refused(403, "AccessDenied", "not for this key")

    # A bucket

    def head_bucket(self, _asked):
        self.answer(200)

    def get_bucket(self, asked):
        if "location" in asked:
            self.answer(200, f'<LocationConstraint xmlns="{NAMESPACE}"></LocationConstraint>'.encode())
            return
        if asked.get("list-type") != "2":
            raise Refused(501, "NotImplemented")
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        if delimiter not in ("", "/"):
            raise Refused(501, "NotImplemented")
        keys = [key for key in self.bucket.keys(prefix) if any(key.startswith(one) for one in self.allowed)]
        self.answer(200, self.listing(keys, prefix, delimiter, asked).encode())

    def listing(self, keys, prefix, delimiter, asked):
        """One page of a list, as a document."""
        most = max(1, min(int(asked.get("max-keys") or 1000), 1000))
        token = asked.get("continuation-token")
        after = base64.b64decode(token).decode() if token else asked.get("start-after", "")
        shown = encoded if asked.get("encoding-type") == "url" else escape
        entries, last, more = [], "", False
        for key in keys:
            cut = key.find("/", len(prefix)) if delimiter else -1
            name = key if cut < 0 else key[: cut + 1]
            if name == last or name.encode() <= after.encode():
                continue
            if len(entries) == most:
                more = True
                break
            last = name
            if cut >= 0:
                entries.append(f"<CommonPrefixes><Prefix>{shown(name)}</Prefix></CommonPrefixes>")
                continue
            try:
                found = self.bucket.path(key).stat()
            except FileNotFoundError:
                continue
            at = datetime.fromtimestamp(found.st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            entries.append(
                f"<Contents><Key>{shown(key)}</Key><LastModified>{at}</LastModified><ETag>{escape(tag(found))}</ETag>"
                f"<Size>{found.st_size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            )
        following = base64.b64encode(last.encode()).decode() if more else ""
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="{NAMESPACE}">'
            f"<Prefix>{shown(prefix)}</Prefix><KeyCount>{len(entries)}</KeyCount><MaxKeys>{most}</MaxKeys>"
            + ("<EncodingType>url</EncodingType>" if shown is encoded else "")
            + f"<IsTruncated>{str(more).lower()}</IsTruncated>"
            + (f"<NextContinuationToken>{following}</NextContinuationToken>" if more else "")
            + "".join(entries)
            + "</ListBucketResult>"
        )

    def post_bucket(self, asked):
        """Deletes many objects."""
        if "delete" not in asked:
            raise Refused(501, "NotImplemented")
        body = io.BytesIO()
        self.receive(body, FORM)
        keys = [unescape(one) for one in re.findall(r"<Key>([^<]*)</Key>", body.getvalue().decode("utf-8", "replace"))]
        if not keys:
            raise Refused(400, "MalformedXML")
        for key in keys:
            self.may(key)
        self.bucket.delete(keys)
        gone = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        self.answer(200, f'<DeleteResult xmlns="{NAMESPACE}">{gone}</DeleteResult>'.encode())

    # An object

    def found(self, key):
        """The file of an object; Refused where there is none."""
        self.may(key)
        path = self.bucket.path(key)
        if not path.is_file():
            raise Refused(404, "NoSuchKey")
        return path

    def head_object(self, key, _asked):
        self.content(key, body=False)

    def get_object(self, key, _asked):
        self.content(key, body=True)

    def content(self, key, body):
        with self.found(key).open("rb") as file:
            status = os.fstat(file.fileno())
            start, end = 0, status.st_size
            wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if wanted:
                start, end = int(wanted[1]), min(int(wanted[2] or end) + 1, end)
                if start >= end:
                    raise Refused(416, "InvalidRange")
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(end - start))
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("ETag", tag(status))
            self.send_header("Last-Modified", self.date_time_string(int(status.st_mtime)))
            if wanted:
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{status.st_size}")
            self.end_headers()
            file.seek(start)
            while body and start < end:
                block = file.read(min(CHUNK, end - start))
                if not block:
                    raise ConnectionError("the object became shorter")
                start += len(block)
                self.wfile.write(block)

    def put_object(self, key, asked):
        self.may(key)
        checked_key(key)
        if self.headers.get("x-amz-copy-source"):
            raise Refused(501, "NotImplemented")
        part = asked.get("partNumber", "")
        if "uploadId" in asked:
            if not part.isdigit() or not 0 < int(part) <= 10000:
                raise Refused(400, "InvalidArgument")
            target = self.upload(asked["uploadId"], key) / f"{int(part):05}"
        else:
            target = None
        fresh = self.bucket.coming / secrets.token_hex(16)
        size = int(self.headers.get("Content-Length") or 0)
        self.bucket.room(size)
        try:
            with fresh.open("wb") as file:
                self.receive(file, MOST)
                file.flush()
                os.fsync(file.fileno())
            etag = tag(fresh.stat())
            if target:
                fresh.replace(target)
            else:
                self.bucket.put(fresh, key)
        except BaseException:
            self.bucket.room(-size)
            fresh.unlink(missing_ok=True)
            raise
        self.answer(200, headers=[("ETag", etag)])

    def upload(self, name, key):
        """The folder of an upload in parts; Refused for one that is not under way for this object."""
        folder = self.bucket.coming / name
        if not re.fullmatch(r"[0-9a-f]{32}", name) or not (folder / "key").is_file():
            raise Refused(404, "NoSuchUpload")
        if (folder / "key").read_text() != key:
            raise Refused(404, "NoSuchUpload")
        return folder

    def post_object(self, key, asked):
        self.may(key)
        if "uploads" in asked:
            checked_key(key)
            name = secrets.token_hex(16)
            (self.bucket.coming / name).mkdir()
            (self.bucket.coming / name / "key").write_text(key)
            answer = f"<UploadId>{name}</UploadId>"
            kind = "InitiateMultipartUploadResult"
        elif "uploadId" in asked:
            folder = self.upload(asked["uploadId"], key)
            said = io.BytesIO()
            self.receive(said, FORM)
            numbers = [int(one) for one in re.findall(rb"<PartNumber>\s*(\d+)\s*</PartNumber>", said.getvalue())]
            parts = [folder / f"{number:05}" for number in numbers]
            if not parts or numbers != sorted(set(numbers)) or not all(part.is_file() for part in parts):
                raise Refused(400, "InvalidPart")
            with (folder / "whole").open("wb") as whole:
                for part in parts:
                    with part.open("rb") as file:
                        shutil.copyfileobj(file, whole, CHUNK)
                    part.unlink()
                whole.flush()
                os.fsync(whole.fileno())
            answer = f"<Key>{escape(key)}</Key><ETag>{escape(tag((folder / 'whole').stat()))}</ETag>"
            kind = "CompleteMultipartUploadResult"
            self.bucket.put(folder / "whole", key)
            shutil.rmtree(folder)
        else:
            raise Refused(501, "NotImplemented")
        self.answer(200, f'<{kind} xmlns="{NAMESPACE}">{answer}</{kind}>'.encode())

    def delete_object(self, key, asked):
        self.may(key)
        if "uploadId" in asked:
            shutil.rmtree(self.upload(asked["uploadId"], key))
        else:
            self.bucket.delete([key])
        self.answer(204)


def tag(status):
    """An object's ETag: another one for every content."""
    return f'"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"'
