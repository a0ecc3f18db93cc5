"""TLS: HTTPS is offered, with a certificate that is valid, trusted, ours and in use."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from checks import commands, facts
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params

WARN_DAYS = 30
DATABASE_PORT = 5432
_NO_FILE = say("there is no certificate in /etc/backbone/tls")
_MODERN = ("TLSv1.2", "TLSv1.3")


def _value(lines: list[str], name: str) -> str:
    """The value of `name=value` in openssl's answer."""
    for line in lines:
        key, _, value = line.partition("=")
        if key.strip().lower() == name.lower():
            return value.strip()
    return ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    except ValueError:
        return None


def _certificate(host: Any) -> list[str]:
    return facts.told(host, commands.CERTIFICATE).get("certificate", [])


@control("TLS-01")
def https(host: Any, params: Params) -> Measure:
    """HTTPS answers on port 443 with TLS 1.2 or later."""
    expected = say("port 443 answers with TLS 1.2 or later")
    protocols = [line.strip() for line in facts.gateway(host, params.fqdn).get("protocol", []) if line.strip()]
    if not protocols:
        return absent(say("nothing speaks TLS on port 443"), expected)
    return verdict(protocols[0] in _MODERN, say("{protocol}", protocol=protocols[0]), expected)


@control("TLS-02")
def validity(host: Any, params: Params) -> Measure:
    """The certificate has begun and not expired; a warning in its last 30 days."""
    expected = say("valid now, and for at least {days} days more", days=WARN_DAYS)
    lines = _certificate(host)
    begin, end = _moment(_value(lines, "notBefore")), _moment(_value(lines, "notAfter"))
    if begin is None or end is None:
        return absent(_NO_FILE, expected)
    if params.at < begin:
        return absent(say("not valid before {date}", date=params.day(begin)), expected)
    days = (end - params.at).total_seconds() / 86400
    if days <= 0:
        return absent(say("expired on {date}", date=params.day(end)), expected)
    observed = say("valid until {date}", date=params.day(end))
    return Measure("warning" if days < WARN_DAYS else "pass", observed, expected)


@control("TLS-03")
def trusted(host: Any, params: Params) -> Measure:
    """The certificate leads to its authority and bears the server's name."""
    expected = say("issued by the authority, for {name}", name=params.fqdn or "?")
    lines = _certificate(host)
    if not _value(lines, "notAfter"):
        return absent(_NO_FILE, expected)
    chain = " ".join(facts.told(host, commands.CERTIFICATE).get("chain", []))
    if not chain.strip().endswith("OK"):
        return absent(say("the chain does not lead to the authority: {said}", said=chain[:160]), expected)
    names = re.findall(r"DNS:([^,\s]+)", " ".join(lines))
    good = any(_matches(name, params.fqdn) for name in names)
    return verdict(good, say("for {names}", names=names or ["-"]), expected)


def _matches(pattern: str, name: str) -> bool:
    if pattern.startswith("*."):
        return name.partition(".")[2].lower() == pattern[2:].lower()
    return pattern.lower() == name.lower()


@control("TLS-04")
def private_key(host: Any, params: Params) -> Measure:
    """The private key belongs to the certificate and is not readable by everybody."""
    expected = say("the certificate's own key, readable by root and one group at most")
    told = facts.told(host, commands.CERTIFICATE)
    pair, key = told.get("pair", []), " ".join(told.get("key", [])).split()
    if len(key) != 3:
        return absent(say("there is no key in /etc/backbone/tls"), expected)
    if len(set(pair)) != 1 or len(pair) != 2:
        return absent(say("the key does not belong to the certificate"), expected)
    good = key[1] == "root" and int(key[0], 8) & 0o037 == 0
    return verdict(good, say("mode {mode}, {owner}:{group}", mode=key[0], owner=key[1], group=key[2]), expected)


@control("TLS-05")
def in_use(host: Any, params: Params) -> Measure:
    """Port 443 serves the certificate that lies on the disk, not one from before its renewal."""
    expected = say("port 443 serves the present certificate")
    lies = _value(_certificate(host), "leaf")
    served = _value(facts.gateway(host, params.fqdn).get("served", []), "leaf")
    if not lies:
        return absent(_NO_FILE, expected)
    if not served:
        return absent(say("nothing speaks TLS on port 443"), expected)
    return verdict(lies == served, say("the same") if lies == served else say("an older one"), expected)


@control("TLS-06")
def old_protocols(host: Any, params: Params) -> Measure:
    """TLS 1.0 and 1.1 are refused."""
    expected = say("TLS 1.0 and 1.1 refused")
    told = facts.gateway(host, params.fqdn)
    if not any(line.strip() for line in told.get("protocol", [])):
        return absent(say("nothing speaks TLS on port 443"), expected)
    old = [{"tls1": "TLS 1.0", "tls1_1": "TLS 1.1"}.get(line, line) for line in told.get("old", []) if line]
    return verdict(not old, say("accepted: {protocols}", protocols=old) if old else say("refused"), expected)


@control("TLS-07")
def strict_transport(host: Any, params: Params) -> Measure:
    """Browsers are told to stay with HTTPS, and port 80 only sends them there."""
    expected = say("Strict-Transport-Security of at least 180 days; port 80 redirects to HTTPS")
    told = facts.gateway(host, params.fqdn)
    headers = "\n".join(told.get("https", []))
    age = re.search(r"^strict-transport-security:.*max-age=(\d+)", headers, re.I | re.M)
    if age is None:
        return absent(say("no Strict-Transport-Security"), expected)
    if int(age[1]) < 180 * 86400:
        return absent(say("max-age={seconds}", seconds=age[1]), expected)
    plain = "\n".join(told.get("http", []))
    redirect = re.search(r"^HTTP/\S+ 30[1278]", plain, re.M) and re.search(r"^location: https://", plain, re.I | re.M)
    return verdict(bool(redirect), say("HSTS, and a redirect") if redirect else say("no redirect"), expected)


def _further(params: Params) -> tuple[int, ...]:
    """Declared ports that may speak TLS; 443 has controls of its own, SSH and plain HTTP are none."""
    return tuple(sorted({rule.port for rule in params.ports if rule.proto == "tcp"} - {22, 80, 443}))


@control("TLS-08")
def every_port(host: Any, params: Params) -> Measure:
    """What holds for port 443 holds for every other port that speaks TLS.

    A port that shows the present certificate is covered by TLS-02 and TLS-03; another certificate is judged here.
    """
    expected = say("on every TLS port the present certificate (or another that is valid), TLS 1.2 or later")
    served = facts.tls_ports(host, params.fqdn, _further(params))
    lies = _value(_certificate(host), "leaf")
    faults = []
    for port, said in served.items():
        if said.get("protocol") not in _MODERN or said.get("old"):
            faults.append(say("{port}: an old protocol", port=port))
        if said.get("leaf") == lies:
            continue
        if port.partition("@")[0] == str(DATABASE_PORT) and params.database == "postgresql":
            faults.append(say("{port}: an older certificate than the present one", port=port))
        elif not said.get("verify", "").startswith("0 "):
            faults.append(say("{port}: {why}", port=port, why=said.get("verify") or "?"))
    if faults:
        return absent(say("{faults}", faults=faults), expected)
    return verdict(True, say("{ports} speak TLS as well, and well", ports=sorted(served) or ["-"]), expected)


@control("TLS-09")
def strength(host: Any, params: Params) -> Measure:
    """Key and signature of the certificate are of today's strength."""
    expected = say("RSA of {rsa} bits, or an elliptic curve of {curve}, at least; signed by SHA-2", rsa=2048, curve=256)
    lines = [line.strip() for line in facts.told(host, commands.CERTIFICATE).get("strength", [])]
    bits = [int(found[1]) for line in lines if (found := re.search(r"Public-Key: \((\d+) bit", line))]
    kind = next((line.rpartition(": ")[2] for line in lines if line.startswith("Public Key Algorithm")), "")
    signed = next((line.rpartition(": ")[2] for line in lines if line.startswith("Signature Algorithm")), "")
    if not kind or not signed:
        return absent(_NO_FILE, expected)
    modern = kind.upper() in ("ED25519", "ED448")
    long_enough = modern or (bool(bits) and bits[0] >= (2048 if kind.startswith("rsa") else 256))
    sound = modern or not re.search(r"sha1|md5|md2|SHA1|MD5", signed)
    observed = say("{kind}, {bits} bits, {signed}", kind=kind, bits=bits[0] if bits else "-", signed=signed)
    return verdict(long_enough and sound, observed, expected)
