#!/usr/bin/env python3
"""The daily antivirus scan: asks the running daemon to read the configured paths, and says what came of it.

Managed by Backbone Daerah (stage antivirus): changes made here are undone by the next apply.

Writes /var/lib/backbone/antivirus/last-scan.log (what clamdscan said; names of files, so for administrators only) and
/var/lib/backbone/metrics/antivirus.prom (numbers only). Ends with 1 if something was found and with 2 if a part could
not be read or the daemon did not answer, so that systemd's OnFailure= tells a person.
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

CONFIGURATION = Path("/etc/backbone/antivirus.json")
LOG = Path("/var/lib/backbone/antivirus/last-scan.log")
METRICS = Path("/var/lib/backbone/metrics/antivirus.prom")


def found(output):
    """How many files clamdscan called infected: its lines are "PATH: NAME FOUND"."""
    return sum(1 for line in output.splitlines() if re.search(r": \S+ FOUND$", line))


def metrics(now, seconds, infected, failed, quarantined, last_good):
    """Prometheus' text format. `last_good` is the time of the last scan that came to its end."""
    rows = [
        ("backbone_antivirus_scan_last_success_timestamp_seconds", "Last scan that read everything.", last_good),
        ("backbone_antivirus_scan_last_run_timestamp_seconds", "Last scan.", now),
        ("backbone_antivirus_scan_duration_seconds", "Duration of the last scan.", round(seconds, 1)),
        ("backbone_antivirus_scan_failed", "1 if the last scan could not read everything.", int(failed)),
        ("backbone_antivirus_infected_files", "Infected files that the last scan found.", infected),
        ("backbone_antivirus_quarantined_files", "Files that the on-access scanner put aside.", quarantined),
    ]
    return "".join(f"# HELP {n} {text}\n# TYPE {n} gauge\n{n} {value}\n" for n, text, value in rows)


def last_success():
    """The time that the former metrics name, 0 if there is none."""
    if not METRICS.exists():
        return 0
    match = re.search(r"^backbone_antivirus_scan_last_success_timestamp_seconds (\d+)", METRICS.read_text(), re.M)
    return int(match[1]) if match else 0


def write(path, text, mode):
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    fresh.chmod(mode)
    fresh.replace(path)


def main():
    settings = json.loads(CONFIGURATION.read_text())
    paths = [path for path in settings["paths"] if Path(path).is_dir()]
    started = time.time()
    answer = subprocess.run(
        ["clamdscan", "--fdpass", "--infected", "--no-summary", *paths],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    now = int(time.time())
    infected, failed = found(answer.stdout), answer.returncode not in (0, 1)
    write(LOG, answer.stdout + answer.stderr, 0o640)
    if METRICS.parent.is_dir():
        quarantine = Path(settings["quarantine"])
        # The scanner's own lock files begin with a dot.
        quarantined = sum(1 for file in quarantine.glob("[!.]*") if file.is_file())
        last_good = last_success() if failed else now
        text = metrics(now, time.time() - started, infected, failed, quarantined, last_good)
        write(METRICS, text, 0o644)
    print(f"{infected} infected files, clamdscan ended with {answer.returncode}; see {LOG}")
    return 2 if failed else int(infected > 0)


if __name__ == "__main__":
    sys.exit(main())
