"""`python3 -m source generate|serve|mutate|announce`: the reference source's command line."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

from .generate import Size, generate
from .mutate import mutate
from .notice import announce
from .schema import ENTITIES
from .serve import Source


def main(arguments: list[str] | None = None) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="source", description="The reference Backbone source.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    made = verbs.add_parser("generate", help="write a data file of synthetic rows")
    made.add_argument("--data", type=Path, required=True)
    made.add_argument("--schools", type=int, default=430)
    made.add_argument("--students", type=int, default=88_000)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--region", default="33.74")
    serve = verbs.add_parser("serve", help="serve a data file over HTTPS until stopped")
    serve.add_argument("--data", type=Path, required=True)
    serve.add_argument("--cert", type=Path, required=True, help="certificate chain, PEM")
    serve.add_argument("--key", type=Path, required=True, help="its private key, PEM")
    serve.add_argument("--port", type=int, default=8443)
    serve.add_argument("--address", default="0.0.0.0")  # noqa: S104  (hosts of the lab's networks call it)
    serve.add_argument("--credentials", type=Path, required=True, help="directory with the files client_id and token")
    serve.add_argument("--rate", type=int, default=None, help="most requests a minute of one client")
    serve.add_argument("--fault", action="append", default=[], metavar="NAME[:PATH_ENDING[:TIMES[:AFTER]]]")
    told = verbs.add_parser("announce", help="announce a maintenance window: while it is open every answer is 503")
    told.add_argument("--data", type=Path, required=True)
    told.add_argument("--from", dest="start", default="", help="RFC 3339; no window at all if it is left out")
    told.add_argument("--until", default="", help="RFC 3339")
    change = verbs.add_parser("mutate", help="change, withdraw or add rows of a data file, also while it is served")
    change.add_argument("--data", type=Path, required=True)
    change.add_argument("--entity", choices=[e for e in ENTITIES if not e.startswith("ref.")], required=True)
    for name in ("change", "delete", "add", "seed"):
        change.add_argument(f"--{name}", type=int, default=0)
    options = parser.parse_args(arguments)
    if options.verb == "generate":
        size = Size(schools=options.schools, students=options.students)
        print(json.dumps(generate(options.data, size, options.seed, options.region)))
        return 0
    if options.verb == "announce":
        reason = {"id": "Pemeliharaan terjadwal", "en": "Scheduled maintenance"}
        window = {"from": options.start, "until": options.until, "reason": reason}
        announce(options.data, "maintenance", [window] if options.start and options.until else [])
        return 0
    if options.verb == "mutate":
        print(
            json.dumps(mutate(options.data, options.entity, options.change, options.delete, options.add, options.seed))
        )
        return 0
    return _serve(options)


def _serve(options: argparse.Namespace) -> int:
    where = (options.address, options.port)
    source = Source(where, options.data, options.credentials, options.cert, options.key, options.rate)
    for spec in options.fault:
        name, path, times, after = [*spec.split(":"), "", "", ""][:4]
        source.switches.arm(name, path, int(times or 1), int(after or 0))

    def stop(*_: object) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    try:
        source.serve_forever()
    except KeyboardInterrupt:
        return 130
    finally:
        source.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
