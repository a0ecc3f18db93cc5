"""The messenger against real SMTP and HTTPS servers: what arrives, what is kept and tried again, what stays secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from email import message_from_string, policy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.roles.receivers import Hook, Mailbox, https, server_context, smtp

SECRETS = {
    "smtp-password": "rahasia-smtp",
    "telegram-token": "123:rahasia-telegram",
    "webhook-url": "",
    "deadman-url": "",
}


@pytest.fixture(scope="module")
def notify(program: Callable[[str], ModuleType]) -> Any:
    return program("notify/files/backbone_notify.py")


class Server:
    """A server with a messenger, its mailbox and its hook; `now` is its clock."""

    def __init__(self, module: Any, folder: Path, mailbox: Mailbox, hook: Hook) -> None:
        self.module, self.folder, self.mailbox, self.hook = module, folder, mailbox, hook
        self.now = 1_795_000_000.0
        self.secrets = {**SECRETS, "webhook-url": f"{hook.url}/rahasia-hook", "deadman-url": f"{hook.url}/hidup"}
        self.settings: dict[str, Any] = {
            "server": "semarang",
            "region": "33.74",
            "email": {
                "to": "petugas@example.go.id",
                "from": "backbone@example.go.id",
                "smtp_host": "localhost",
                "smtp_port": mailbox.port,
            },
            "telegram": {},
            "webhook": False,
            "deadman": False,
            "overdue": [],
            "repeat_hours": 24,
            "authority": str(folder / "cert.pem"),
        }

    def messenger(self) -> Any:
        """A new one, as each start of the unit makes it."""
        return self.module.Messenger(self.settings, self.secrets.__getitem__, self.folder / "state", lambda: self.now)

    def failed(self, unit: str) -> bool:
        messenger = self.messenger()
        messenger.tell(f"failed:{unit}", "failed", unit, "exit-code")
        messenger.save()
        return bool(messenger.deliver())


@pytest.fixture
def server(notify: Any, tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "state").mkdir()
    context = server_context(tmp_path)
    with smtp(context, Mailbox()) as mailbox, https(context, Hook()) as hook:
        yield Server(notify, tmp_path, mailbox, hook)


def test_a_failure_reaches_a_mailbox_in_both_languages(server: Server) -> None:
    assert server.failed("backbone-sync.service")
    [mail] = server.mailbox.mails
    message = message_from_string(mail, policy=policy.default)
    assert message["To"] == "petugas@example.go.id"
    assert message["Subject"] == "[semarang (33.74)] backbone-sync.service gagal / failed"
    text = message.get_content()
    assert "backbone-sync.service gagal (exit-code)" in text
    assert "backbone-sync.service failed (exit-code)" in text
    assert not list((server.folder / "state" / "pending").iterdir())


def test_login_and_message_only_travel_inside_tls(server: Server) -> None:
    assert server.failed("nginx.service")
    plain = [line.split(" ")[0].upper() for tls, line in server.mailbox.lines if not tls]
    assert plain == ["EHLO", "STARTTLS"]


@pytest.mark.parametrize("weakness", ["no starttls", "unknown authority"])
def test_no_password_is_given_to_a_server_that_cannot_prove_itself(
    server: Server, weakness: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if weakness == "no starttls":
        server.mailbox.starttls = False
    else:
        server.settings["authority"] = "/does/not/exist"
    assert not server.failed("nginx.service")
    assert server.mailbox.mails == []
    assert not any("AUTH" in line for _tls, line in server.mailbox.lines)
    assert "email: " in capsys.readouterr().err


def test_telegram_and_webhook_get_the_message(server: Server) -> None:
    server.settings |= {"email": {}, "webhook": True, "telegram": {"chat_id": "-100", "api": server.hook.url}}
    assert server.failed("nginx.service")
    telegram, webhook = server.hook.calls
    assert telegram[:2] == ("POST", "/bot123:rahasia-telegram/sendMessage")
    assert telegram[2]["chat_id"] == "-100"
    assert "nginx.service gagal / failed" in telegram[2]["text"]
    assert webhook[:2] == ("POST", "/rahasia-hook")
    assert (webhook[2]["server"], webhook[2]["kind"], webhook[2]["what"]) == ("semarang", "failed", "nginx.service")


def test_what_one_way_refused_is_kept_and_offered_to_that_way_alone(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.settings["webhook"] = True
    server.hook.status = 500
    assert not server.failed("nginx.service")
    assert len(server.mailbox.mails) == 1
    said = capsys.readouterr()
    assert "webhook: it answered 500" in said.err
    assert "rahasia" not in said.out + said.err
    server.hook.status = 200
    assert server.messenger().deliver()
    assert len(server.mailbox.mails) == 1
    assert len(server.hook.calls) == 2


def test_an_unreachable_way_does_not_show_its_secret_and_gives_up_after_a_week(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.settings |= {"email": {}, "webhook": True}
    server.secrets["webhook-url"] = "https://localhost:1/rahasia-hook"
    assert not server.failed("nginx.service")
    assert "rahasia" not in capsys.readouterr().err
    server.now += 8 * 86400
    assert server.messenger().deliver()


@pytest.mark.parametrize(
    "address", ["http://hooks.example/rahasia-hook", "http://8.8.8.8/rahasia-hook", "file:///etc/passwd", "redirect"]
)
def test_a_message_goes_nowhere_but_to_its_https_address(
    server: Server, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server.settings |= {"email": {}, "webhook": True}
    if address == "redirect":
        server.hook.status, server.hook.location = 302, f"{server.hook.url}/elsewhere"
    else:
        server.secrets["webhook-url"] = address
    assert not server.failed("nginx.service")
    assert [path for _method, path, _body in server.hook.calls if path == "/elsewhere"] == []
    assert "rahasia" not in capsys.readouterr().err


def test_the_same_failure_is_told_once_a_day_and_its_end_too(server: Server) -> None:
    for _ in range(3):
        assert server.failed("backbone-sync.service")
    assert len(server.mailbox.mails) == 1
    server.now += 25 * 3600
    assert server.failed("backbone-sync.service")
    assert len(server.mailbox.mails) == 2
    messenger = server.messenger()
    messenger.look_at_units(lambda _unit: "exit-code")
    messenger.look_at_units(lambda _unit: "success")
    messenger.save()
    assert messenger.deliver()
    assert "pulih / works again" in message_from_string(server.mailbox.mails[2], policy=policy.default)["Subject"]
    assert server.failed("backbone-sync.service")
    assert len(server.mailbox.mails) == 4


def test_a_windows_server_s_tasks_are_told_of_once_and_when_they_are_well_again(server: Server) -> None:
    def look(**states: str) -> list[str]:
        before = len(server.mailbox.mails)
        messenger = server.messenger()
        messenger.look_at_states(states)
        messenger.save()
        assert messenger.deliver()
        return [
            str(message_from_string(one, policy=policy.default)["Subject"]) for one in server.mailbox.mails[before:]
        ]

    assert look(Audit="success", MSSQLSERVER="success") == []
    [told] = look(Audit="status 3", MSSQLSERVER="success")
    assert "Audit gagal / failed" in told
    # Again at once: it was told. While it runs: nothing can be said.
    assert look(Audit="status 3") == look(Audit="") == []
    [told] = look(Audit="success")
    assert "Audit pulih / works again" in told


def test_overdue_work_is_told_and_so_is_its_return(server: Server) -> None:
    metrics = server.folder / "backup.prom"
    work = {"name": "backup", "what_id": "pencadangan", "what_en": "backup", "max_age_hours": 26}
    server.settings["overdue"] = [{**work, "file": str(metrics), "metric": "newest"}]

    def look() -> list[str]:
        messenger = server.messenger()
        messenger.look_at_work()
        messenger.save()
        before = len(server.mailbox.mails)
        assert messenger.deliver()
        return [message_from_string(m, policy=policy.default)["Subject"] for m in server.mailbox.mails[before:]]

    # Never done: it counts from when it was first looked for.
    assert look() == []
    server.now += 27 * 3600
    assert look() == ["[semarang (33.74)] pencadangan terlambat / backup is overdue"]
    assert look() == []
    metrics.write_text(f'newest{{type="full"}} 1\nnewest{{type="diff"}} {server.now - 60}\n')
    assert look() == ["[semarang (33.74)] pencadangan pulih / backup works again"]


def test_what_ends_soon_is_told_in_time_and_forgotten_when_it_is_renewed(server: Server) -> None:
    metrics, day = server.folder / "tls.prom", 86400
    work = {"name": "tls", "what_id": "pembaruan sertifikat", "what_en": "renewal of the certificate"}
    server.settings["overdue"] = [{**work, "file": str(metrics), "metric": "ends", "before_hours": 21 * 24}]

    def look() -> list[str]:
        messenger = server.messenger()
        messenger.look_at_work()
        messenger.save()
        before = len(server.mailbox.mails)
        assert messenger.deliver()
        return [message_from_string(m, policy=policy.default)["Subject"] for m in server.mailbox.mails[before:]]

    assert look() == [], "nothing is known yet"
    metrics.write_text(f"ends {server.now + 22 * day}\n")
    assert look() == []
    server.now += 2 * day
    told = "pembaruan sertifikat sudah waktunya / renewal of the certificate is due"
    assert look() == [f"[semarang (33.74)] {told}"]
    assert look() == []
    metrics.write_text(f"ends {server.now + 397 * day}\n")
    assert look() == ["[semarang (33.74)] pembaruan sertifikat pulih / renewal of the certificate works again"]


@pytest.mark.parametrize(
    ("host", "inside"),
    [("192.168.1.9", True), ("fd00::1", True), ("8.8.8.8", False), ("sms.example", False), ("", False)],
)
def test_plain_http_is_for_addresses_inside(notify: Any, host: str, inside: bool) -> None:
    assert notify.is_inside(host) is inside


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("# HELP newest x\nnewest 1795000000\n", 1795000000),
        ('newest{type="full"} 1.5e9\nnewest{type="diff"} 1.6e9\n', 1.6e9),
        ("newest_seconds 5\n", None),
        ("", None),
    ],
)
def test_metrics_are_read_whatever_their_labels(notify: Any, text: str, value: float | None) -> None:
    assert notify.metric_value(text, "newest") == value


def test_the_sign_of_life_stays_away_while_a_message_waits(
    notify: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = server.folder / "credentials"
    credentials.mkdir()
    for name, value in server.secrets.items():
        (credentials / name).write_text(value)
    (credentials / "notify.json").write_text(json.dumps({**server.settings, "deadman": True}))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    monkeypatch.setenv("STATE_DIRECTORY", str(server.folder / "state"))
    assert notify.main(["check"]) == 0
    assert server.hook.calls == [("GET", "/hidup", None)]
    server.mailbox.refuse = True
    assert notify.main(["failed", "test"]) == 1
    assert notify.main(["check"]) == 1
    assert len(server.hook.calls) == 1
    server.mailbox.refuse = False
    assert notify.main(["check"]) == 0
    assert len(server.hook.calls) == 2
    assert "pesan ini hanya percobaan / this message is only a test" in server.mailbox.mails[0]


def test_without_a_way_to_anybody_it_only_says_so_in_the_journal(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.settings["email"] = {}
    assert server.failed("nginx.service")
    assert "nginx.service gagal" in capsys.readouterr().out
