"""The recovery sheet: what is typed back from it is the secret, and a slip is named."""

from __future__ import annotations

import base64
import io
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from provision import i18n, paths
from provision.errors import UsageError
from provision.inventory import load
from provision.inventory.vault import new_password, read_secret
from provision.onboard import sheet
from provision.onboard.init import init
from tests.unit.onboard.test_init import ANSWERS

VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126) | st.just(" "), min_size=1, max_size=80)


@given(VISIBLE)
def test_what_is_typed_back_is_the_secret(secret: str) -> None:
    assert sheet.typed(sheet.lines(secret)) == secret
    assert sheet.typed([line.replace(" ", "") for line in sheet.lines(secret)]) == secret


def test_a_slip_is_named_by_its_line() -> None:
    good = sheet.lines("ABCDEFGHIJKLMNOP" * 3)
    for wrong in (
        [good[0], good[1].replace("EFGH", "EFGN"), good[2]],
        [good[0], good[2], good[1]],  # the wrong way round
        [good[0], good[1].partition("=")[0], good[2]],  # without its check
        [good[0], "=AA", good[2]],
    ):
        with pytest.raises(UsageError, match="line 2 does not fit"):
            sheet.typed(wrong)


def test_a_new_password_is_256_bits_that_nobody_misreads() -> None:
    one, other = new_password(), new_password()
    assert one != other
    assert len(base64.b32decode(one + "====")) == 32
    assert not set(one) & set("0189OIl") - set("OI")


@pytest.mark.needs_ansible
def test_the_sheet_holds_both_secrets_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    hosts = init(tmp_path / "inv", ANSWERS)
    fleet = load(hosts)
    password = (tmp_path / "inv/.vault-password").read_text().strip()
    passphrase = read_secret(hosts, "data-3374", "backup_passphrase")
    file = tmp_path / "inv/recovery-sheet.html"
    sheet.write(fleet, file, datetime(2026, 11, 22, tzinfo=UTC))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    page = file.read_text()
    for secret in (password, passphrase):
        for line in sheet.lines(secret):
            assert f"<li>{line.rpartition(' ')[0]} <b>" in page
    assert "recovery-sheet.html" in (tmp_path / "inv/.gitignore").read_text()
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    with pytest.raises(UsageError, match="already"):
        sheet.write(fleet, file, datetime.now(UTC))
    assert password not in repr(sheet.secrets(fleet))
    picture = io.BytesIO()
    segno.make(password, error="m", micro=False).save(picture, kind="png", scale=4)
    assert sheet._qr(password) in page
    assert zxingcpp.read_barcodes(Image.open(picture))[0].text == password
    # The sheet typed back on a new controller opens the vault again.
    (tmp_path / "inv/.vault-password").rename(tmp_path / "lost")
    run = subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "sheet", "--read", "--into", "inv/.vault-password"],
        input="\n".join(sheet.lines(password)) + "\n",
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(paths.inventories_dir().parent)},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert password not in run.stdout + run.stderr
    assert stat.S_IMODE((tmp_path / "inv/.vault-password").stat().st_mode) == 0o600
    assert read_secret(hosts, "data-3374", "backup_passphrase") == passphrase


@pytest.mark.needs_ansible
def test_it_comes_in_both_languages(tmp_path: Path) -> None:
    fleet = load(init(tmp_path, ANSWERS))
    seen = {}
    for language in ("id", "en"):
        i18n.use(language)
        seen[language] = sheet.page(fleet, datetime.now(UTC))
    assert "Lembar pemulihan" in seen["id"]
    assert "Recovery sheet" in seen["en"]
    assert "Recovery" not in seen["id"]
