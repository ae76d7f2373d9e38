"""The controller as a program: `python -m meshd serve|token|identity`."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from pathlib import Path

USAGE = 2
FAILED = 1
SHORTEST_LEAF, LONGEST_LEAF = 4.0, 86_400.0


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    made = argparse.ArgumentParser(prog="meshd", description="The controller of a mesh.")
    verbs = made.add_subparsers(dest="verb", required=True)
    serve = verbs.add_parser("serve", help="follow a repository and serve proxies")
    serve.add_argument("--repo", required=True, metavar="PATH_OR_URL")
    serve.add_argument("--branch", default="main")
    serve.add_argument("--env", metavar="NAME", help="serve this Environment, not the base")
    serve.add_argument("--listen", default="127.0.0.1:15012", metavar="IP:PORT")
    serve.add_argument("--poll", type=float, default=1.0, metavar="SECONDS")
    serve.add_argument(
        "--allowed-signers-file",
        type=Path,
        metavar="FILE",
        help="who may sign up to the first accepted commit",
    )
    serve.add_argument(
        "--leaf-lifetime",
        type=float,
        default=3600.0,
        metavar="SECONDS",
        help="how long certificates are valid, 4 to 86400 (3600); renewed at half of it",
    )
    serve.add_argument("--trust-commit", metavar="SHA", help="trust this commit as the first base")
    token = verbs.add_parser("token", help="make a join token for a workload; it works once")
    token.add_argument("workload", metavar="NS/NAME")
    identity = verbs.add_parser("identity", help="issue a certificate from the authority here")
    identity.add_argument("--out", type=Path, required=True, metavar="DIR")
    identity.add_argument("--trust-domain", metavar="DOMAIN")
    identity.add_argument("workload", metavar="NS/NAME")
    for verb in (serve, token, identity):
        verb.add_argument("--state", type=Path, required=True, metavar="DIR")
    return made


def run_serve(args: argparse.Namespace) -> None:
    """Run the controller."""
    from meshd.controller import Settings, start

    host, _, port = args.listen.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"`{args.listen}` is no IP:PORT")
    if args.poll <= 0:
        raise ValueError("--poll is more than 0 seconds")
    if not SHORTEST_LEAF <= args.leaf_lifetime <= LONGEST_LEAF:
        raise ValueError("--leaf-lifetime is 4 to 86400 seconds")
    start(
        Settings(
            source=args.repo,
            branch=args.branch,
            environment=args.env,
            folder=args.state,
            host=host.strip("[]"),
            port=int(port),
            poll=args.poll,
            signers_file=args.allowed_signers_file,
            trust_commit=args.trust_commit,
            leaf=dt.timedelta(seconds=args.leaf_lifetime),
        )
    )


def run_token(args: argparse.Namespace) -> None:
    """Make a join token and print it."""
    from meshd import ca

    folder = args.state / "tokens"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    print(ca.new_token(folder, args.workload, time.time()))  # noqa: T201 - the answer


def run_identity(args: argparse.Namespace) -> None:
    """Issue a certificate for a workload into a folder."""
    from meshc.snapshot import atomic
    from meshd import ca

    namespace, _, name = args.workload.partition("/")
    authority = ca.Authority.open(args.state / "ca", args.trust_domain)
    key, request = ca.new_request()
    now = dt.datetime.now(dt.UTC)
    issued = authority.issue(f"ns/{namespace}/sa/{name}", request, now)
    args.out.mkdir(mode=0o700, parents=True, exist_ok=True)
    atomic.write(args.out / "key.pem", key, atomic.OWNER_ONLY)
    atomic.write(args.out / "certificate.pem", issued.certificate)
    atomic.write(args.out / "bundle.pem", issued.bundle)


def main() -> int:
    """Run a verb; one line and exit code 1 for what went wrong, 2 for a wrong command line."""
    from meshd.controller import Unlistenable
    from meshd.follow import Unfetchable
    from meshd.state import Damaged

    args = parser().parse_args()
    verbs = {"serve": run_serve, "token": run_token, "identity": run_identity}
    try:
        verbs[args.verb](args)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - the message
        return USAGE
    except OSError as error:
        place = f"`{error.filename}`: " if error.filename else ""
        said = f"error: {place}{(error.strerror or str(error)).lower()}"
        print(said, file=sys.stderr)  # noqa: T201 - the message
        return FAILED
    except (Damaged, Unfetchable, Unlistenable) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - the message
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
