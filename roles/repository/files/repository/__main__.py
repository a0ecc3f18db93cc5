"""An object store for second repositories: the part of S3 that pgBackRest and restic use; it forgets nothing early.

Usage: python3 /opt/backbone/repository serve SETTINGS
       python3 /opt/backbone/repository rewind SETTINGS BUCKET TIME
           TIME in seconds since the epoch; stop the service first

What a server deletes or overwrites is put aside, not removed: it goes for good only `keep_days` later, by this
machine's own clock, whoever holds the server and its key. `rewind` brings a bucket back to what it was at a moment.
The data are encrypted before they come; this side has no key to them.

SETTINGS is JSON: {"root", "port", "certificate", "key", "keep_days", "accounts": {access key: {"secret", "bucket",
"prefixes": [...], "quota_bytes"}}}; CREDENTIALS in a path stands for the folder that systemd gives. Below root, a
bucket has now/ (what is), was/<nanoseconds>/ (what was until then), coming/ (uploads that are not whole yet).
"""

import json
import os
import socket
import ssl
import sys
import threading
import time
from http.server import ThreadingHTTPServer
from pathlib import Path

from answers import Handler
from buckets import DAY, Bucket

AT_ONCE = 64
PURGE_SECONDS = 6 * 3600


class Server(ThreadingHTTPServer):
    """Listens on all addresses, IPv4 and IPv6, and answers a bounded number of clients at once."""

    address_family = socket.AF_INET6
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, settings):
        self.accounts = settings["accounts"]
        root = Path(settings["root"])
        quotas = {one["bucket"]: one.get("quota_bytes", 0) for one in self.accounts.values()}
        self.buckets = {name: Bucket(root / name, quota) for name, quota in quotas.items()}
        self.slots = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(("::", settings["port"]), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(whole(settings["certificate"]), whole(settings["key"]))
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def process_request_thread(self, request, client_address):
        with self.slots:
            super().process_request_thread(request, client_address)

    def handle_error(self, request, client_address):
        fault = sys.exc_info()[1]
        if not isinstance(fault, (OSError, ssl.SSLError)):
            super().handle_error(request, client_address)


def whole(path):
    """A path in which CREDENTIALS stands for the folder that systemd gives."""
    return path.replace("CREDENTIALS", os.environ.get("CREDENTIALS_DIRECTORY", "CREDENTIALS"))


def purge(server, keep_days):
    """Take away what was put aside long ago, now and every few hours."""
    while True:
        for bucket in server.buckets.values():
            bucket.purge(time.time_ns() - keep_days * DAY)
        time.sleep(PURGE_SECONDS)


def main():
    """Entry point; the exit status."""
    verb, file, *words = sys.argv[1:]
    settings = json.loads(Path(whole(file)).read_text())
    if verb == "serve":
        server = Server(settings)
        threading.Thread(target=purge, args=(server, settings["keep_days"]), daemon=True).start()
        server.serve_forever()
    elif verb == "rewind":
        name, moment = words
        aside, brought = Bucket(Path(settings["root"]) / name).rewind(int(float(moment) * 10**9))
        print(f"{name}: {aside} newer objects put aside, {brought} brought back")
    else:
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
