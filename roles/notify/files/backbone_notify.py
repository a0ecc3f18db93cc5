#!/usr/bin/env python3
"""The messenger: failures and overdue work of this server reach a person, and a sign of life leaves it.

Managed by Backbone Daerah (stage notify): changes made here are undone by the next apply.

    failed UNIT   called by systemd when UNIT failed; with the name `test` it only tries the way
    check         called every quarter of an hour: overdue work, recovered units, undelivered messages, sign of life
    check STATES  the same on Windows, whose tasks call nobody when they fail: a JSON file says how each stands

A message names server, region, unit or work, and time; never a line of a log, so that nothing personal can leave with
it. It stays in the state directory until every configured way (e-mail, Telegram, webhook) has taken it, at most a
week. While one is undelivered the sign of life stays away, so that whoever watches it notices. Settings and secrets
come as systemd credentials. Ends with 1 if something could not be delivered.
"""

import contextlib
import ipaddress
import json
import os
import re
import smtplib
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from urllib.parse import urlsplit

WINDOWS = os.name == "nt"
SECONDS = 20
KEEP_DAYS = 7
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class UndeliveredError(Exception):
    """A way did not take a message; the text is fit for a log: no address, no secret."""


# --- what is wrong: pure ------------------------------------------------------------------------------------------


def metric_value(text, name):
    """The largest value of a metric in Prometheus' text format, whatever its labels; None if it is not there."""
    values = re.findall(rf"^{re.escape(name)}(?:\{{[^}}]*\}})? ([0-9.eE+-]+)", text, re.M)
    return max((float(value) for value in values), default=None)


def is_overdue(now, last, max_age_hours):
    """Is work whose last success was at `last` (seconds since 1970) overdue at `now`?"""
    return now - last > max_age_hours * 3600


def is_due(now, deadline, before_hours):
    """Is it time to act on what ends at `deadline` (seconds since 1970; None: unknown)?"""
    return deadline is not None and now > deadline - before_hours * 3600


def may_tell(told, key, now, repeat_hours):
    """Was this fault not told within the last `repeat_hours`?"""
    return key not in told or now - told[key] >= repeat_hours * 3600


def wording(settings, kind, what, now, detail=""):
    """(subject, text) in Indonesian and English of one event.

    `kind` is failed, overdue, due, recovered or test; `what` the unit's name or a pair of names (Indonesian, English).
    """
    what_id, what_en = what if isinstance(what, tuple) else (what, what)
    verbs = {
        "failed": ("gagal", "failed"),
        "overdue": ("terlambat", "is overdue"),
        "due": ("sudah waktunya", "is due"),
        "recovered": ("pulih", "works again"),
        "test": ("hanya percobaan", "is only a test"),
    }
    verb_id, verb_en = verbs[kind]
    at = time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(now))
    where = settings["server"] + (f" ({settings['region']})" if settings.get("region") else "")
    both = f"{what_id} {verb_id}" if what_id == what_en else f"{what_id} {verb_id} / {what_en}"
    lines = [
        f"{where}, {at}: {what_id} {verb_id}{f' ({detail})' if detail else ''}.",
        f"{where}, {at}: {what_en} {verb_en}{f' ({detail})' if detail else ''}.",
    ]
    if kind == "failed" and not WINDOWS:
        lines.append(f"journalctl -u {what_en}")
    return f"[{where}] {both} {'/ ' if what_id == what_en else ''}{verb_en}", "\n".join(lines) + "\n"


# --- ways to a person ---------------------------------------------------------------------------------------------


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry a message, and the secret in its address, to somebody else."""

    def redirect_request(self, *_arguments):
        return None


def trust(settings):
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if os.access(settings.get("authority", ""), os.R_OK):
        context.load_verify_locations(settings["authority"])
    return context


def is_inside(host):
    """Is this an address, not a name, of a network that does not reach the internet?"""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def call(settings, url, body=None):
    """One HTTPS request; plain HTTP only to an address inside, such as a region's own SMS gateway."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_inside(parts.hostname or "")):
        raise UndeliveredError("its address does not begin with https://")
    request = urllib.request.Request(  # noqa: S310 - the scheme was judged above
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "backbone-notify"},
    )
    handlers = (NoRedirect(), urllib.request.HTTPSHandler(context=trust(settings)))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=SECONDS) as answer:
            answer.read(1 << 16)
    except urllib.error.HTTPError as fault:
        raise UndeliveredError(f"it answered {fault.code}") from None
    except urllib.error.URLError as fault:
        raise UndeliveredError(str(fault.reason)) from None
    except OSError as fault:
        raise UndeliveredError(type(fault).__name__) from None


def by_email(settings, secret, message):
    email = settings["email"]
    host, port = email["smtp_host"], int(email.get("smtp_port", 587))
    mail = EmailMessage()
    mail["Subject"] = message["subject"]
    mail["From"] = email["from"]
    mail["To"] = email["to"]
    mail["Date"] = formatdate(message["at"])
    mail["Message-ID"] = f"<{message['id']}@{settings['server']}>"
    mail.set_content(message["text"])
    password = secret("smtp-password")
    try:
        if port == 465:
            client = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=trust(settings))
        else:
            client = smtplib.SMTP(host, port, timeout=SECONDS)
        with client:
            if port != 465 and (password or host not in LOOPBACK):
                client.starttls(context=trust(settings))
            if password:
                client.login(email.get("user") or email["from"], password)
            client.send_message(mail)
    except smtplib.SMTPResponseException as fault:
        raise UndeliveredError(f"the mail server answered {fault.smtp_code}") from None
    except smtplib.SMTPRecipientsRefused:
        raise UndeliveredError("the mail server refused the recipient") from None
    except (smtplib.SMTPException, OSError) as fault:
        raise UndeliveredError(
            f"{type(fault).__name__}: {fault}" if isinstance(fault, OSError) else str(fault)
        ) from None


def by_telegram(settings, secret, message):
    telegram = settings["telegram"]
    api = telegram.get("api", "https://api.telegram.org")
    text = f"{message['subject']}\n{message['text']}"
    body = {"chat_id": telegram["chat_id"], "text": text}
    call(settings, f"{api}/bot{secret('telegram-token')}/sendMessage", body)


def by_webhook(settings, secret, message):
    text = f"{message['subject']}\n{message['text']}"
    body = {key: message[key] for key in ("id", "kind", "what", "at")}
    call(settings, secret("webhook-url"), {**body, "server": settings["server"], "text": text})


WAYS = {"email": by_email, "telegram": by_telegram, "webhook": by_webhook}


# --- state: what was told, what waits ------------------------------------------------------------------------------


class Messenger:
    """Keeps `folder`/state.json and `folder`/pending/*.json; one process at a time, by a lock."""

    def __init__(self, settings, secret, folder, now=time.time):
        self.settings, self.secret, self.folder, self.now = settings, secret, Path(folder), now
        self.pending = self.folder / "pending"
        self.pending.mkdir(parents=True, exist_ok=True)
        path = self.folder / "state.json"
        self.state = {"told": {}, "first_seen": {}}
        # A state that a power cut garbled costs a repeated message, not the messenger.
        with contextlib.suppress(FileNotFoundError, ValueError):
            self.state.update(json.loads(path.read_text()))

    def save(self):
        fresh = self.folder / "state.new"
        fresh.write_text(json.dumps(self.state))
        fresh.replace(self.folder / "state.json")

    def ways(self):
        return [way for way in WAYS if self.settings.get(way)]

    def write(self, kind, what, detail=""):
        """Puts a message among the pending ones."""
        subject, text = wording(self.settings, kind, what, self.now(), detail)
        message = {
            "id": uuid.uuid4().hex,
            "kind": kind,
            "what": what[1] if isinstance(what, tuple) else what,
            "subject": subject,
            "text": text,
            "at": int(self.now()),
            "ways": self.ways(),
        }
        print(subject)
        if message["ways"]:
            self.put(message)

    def put(self, message):
        path = self.pending / f"{message['at']}-{message['id']}.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(message))
        fresh.replace(path)

    def deliver(self):
        """Offers every pending message to the ways that have not taken it; True if none is left."""
        dead = set()
        for path in sorted(self.pending.glob("*.json")):
            message = json.loads(path.read_text())
            for way in list(message["ways"]):
                if way in dead or way not in self.ways():
                    continue
                try:
                    WAYS[way](self.settings, self.secret, message)
                except UndeliveredError as fault:
                    # A way that is down costs its time-out once a run, not once a message.
                    dead.add(way)
                    print(f"{way}: {fault}", file=sys.stderr)
                else:
                    message["ways"].remove(way)
                    self.put(message)
            outdated = self.now() - message["at"] > KEEP_DAYS * 86400
            if outdated or not set(message["ways"]) & set(self.ways()):
                path.unlink()
        return not any(self.pending.glob("*.json"))

    def tell(self, key, kind, what, detail=""):
        """Tells of a fault unless it was told a short while ago."""
        told = self.state["told"]
        if may_tell(told, key, self.now(), self.settings["repeat_hours"]):
            self.write(kind, what, detail)
            told[key] = self.now()

    def forget(self, key, what):
        """Tells that a fault that was told is over."""
        if self.state["told"].pop(key, None) is not None:
            self.write("recovered", what)

    def deadline(self, work):
        """When what must be done in time is too late; None where nothing tells."""
        try:
            return metric_value(Path(work["file"]).read_text(), work["metric"])
        except OSError:
            return None

    def last_success(self, work):
        """When work last succeeded; work that never did counts from when it was first looked for."""
        first = self.state["first_seen"].setdefault(work["name"], self.now())
        path = Path(work["file"])
        try:
            if not work.get("metric"):
                return path.stat().st_mtime
            value = metric_value(path.read_text(), work["metric"])
        except OSError:
            return first
        return value or first

    def look_at_work(self):
        for work in self.settings["overdue"]:
            what = (work["what_id"], work["what_en"])
            if work.get("before_hours"):
                deadline = self.deadline(work)
                if is_due(self.now(), deadline, work["before_hours"]):
                    end = time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(deadline))
                    self.tell(f"due:{work['name']}", "due", what, f"< {end}")
                else:
                    self.forget(f"due:{work['name']}", what)
                continue
            last = self.last_success(work)
            if is_overdue(self.now(), last, work["max_age_hours"]):
                self.tell(f"overdue:{work['name']}", "overdue", what, f"> {work['max_age_hours']} h")
            else:
                self.forget(f"overdue:{work['name']}", what)

    def look_at_units(self, result):
        """`result(unit)` is systemd's word for how its last run ended."""
        for key in [key for key in self.state["told"] if key.startswith("failed:")]:
            unit = key.removeprefix("failed:")
            if result(unit) == "success":
                self.forget(key, unit)

    def look_at_states(self, states):
        """`states`: tasks and services by name: "success", how one failed, or "" where nothing can be said now."""
        for name, state in states.items():
            if state == "success":
                self.forget(f"failed:{name}", name)
            elif state:
                self.tell(f"failed:{name}", "failed", name, state)

    def sign_of_life(self):
        if self.settings.get("deadman"):
            call(self.settings, self.secret("deadman-url"))


def unit_result(unit):
    """How the last run of a unit ended; empty while it runs or if systemd does not answer."""
    answer = subprocess.run(
        ["systemctl", "show", "--property=ActiveState,Result", "--", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    values = dict(line.split("=", 1) for line in answer.stdout.splitlines() if "=" in line)
    return values.get("Result", "") if values.get("ActiveState") in ("active", "inactive", "failed") else ""


def hold(stream):
    """Waits until no other messenger of this server holds this file."""
    if WINDOWS:
        import msvcrt

        # It tries for ten seconds; another one that takes longer has the next quarter of an hour as well.
        msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX)


def main(arguments):
    credentials = Path(os.environ["CREDENTIALS_DIRECTORY"])
    settings = json.loads((credentials / "notify.json").read_text())

    def secret(name):
        path = credentials / name
        return path.read_text().strip() if path.exists() else ""

    folder = Path(os.environ["STATE_DIRECTORY"])
    with (folder / "lock").open("w") as lock:
        hold(lock)
        messenger = Messenger(settings, secret, folder)
        if arguments == ["failed", "test"]:
            messenger.write("test", ("pesan ini", "this message"))
        elif len(arguments) == 2 and arguments[0] == "failed":
            messenger.tell(f"failed:{arguments[1]}", "failed", arguments[1], unit_result(arguments[1]))
        elif arguments == ["check"]:
            messenger.look_at_work()
            messenger.look_at_units(unit_result)
        elif len(arguments) == 2 and arguments[0] == "check":
            messenger.look_at_work()
            messenger.look_at_states(json.loads(Path(arguments[1]).read_text(encoding="utf-8")))
        else:
            sys.exit("usage: backbone-notify failed UNIT | check [STATES]")
        messenger.save()
        delivered = messenger.deliver()
        if delivered and arguments[0] == "check":
            try:
                messenger.sign_of_life()
            except UndeliveredError as fault:
                print(f"sign of life: {fault}", file=sys.stderr)
                delivered = False
    return 0 if delivered else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
