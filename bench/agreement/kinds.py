"""Every kind of difference, with what both sides do and which document speaks for which.

A kind is known by a feature of the request and by what may come of it; that the feature is the
cause is shown by asking both sides again about the request without it (`differences`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agreement import example
from agreement import features as f

if TYPE_CHECKING:
    from collections.abc import Callable

    from agreement.features import Feature, Removal
    from agreement.request import Request
    from agreement.verdict import Verdict

    Law = Callable[[Verdict, Verdict], bool]

DECIDED = {200, 403}
PASSED = {200, 403, 421}
"""Statuses of a request that was found well-formed."""


@dataclass(frozen=True)
class Kind:
    """One kind of difference."""

    name: str
    example: Request
    """A request to the example policy on which the sides differ so."""
    says: tuple[str, str, str]
    """What Envoy does, what we do, which document speaks for which side."""
    present: Feature
    """Whether a request has the feature."""
    lawful: Law
    """Whether our verdict and Envoy's may differ so, if the feature is the cause."""
    without: Removal
    """The nearest request that lacks the feature."""


def we_refuse(word: str) -> Law:
    """Give the law of what we refuse for a reason, and Envoy hands to its rules."""
    return lambda ours, theirs: ours.status == 400 and ours.why == word and theirs.status in PASSED


def they_refuse(word: str) -> Law:
    """Give the law of what Envoy refuses for a reason, and we hand to our rules."""
    return lambda ours, theirs: (
        theirs.status == 400 and theirs.why == word and ours.status in PASSED
    )


def both_decide(ours: Verdict, theirs: Verdict) -> bool:
    """Both came to a verdict."""
    return ours.status in DECIDED and theirs.status in DECIDED


def or_ambiguous(ours: Verdict, theirs: Verdict) -> bool:
    """Both came to a verdict, or only Envoy did: we find the request ambiguous."""
    ambiguous = ours.status == 400 and ours.why == "ambiguous-request"
    return theirs.status in DECIDED and (ambiguous or ours.status in DECIDED)


def never_more_open(ours: Verdict, theirs: Verdict) -> bool:
    """We find the request ambiguous, or we deny it."""
    return or_ambiguous(ours, theirs) and ours.status != 200


def they_misread_host(ours: Verdict, theirs: Verdict) -> bool:
    """Envoy does not know the host or finds it malformed, we know it."""
    unknown = theirs.status == 421
    malformed = theirs.status == 400 and theirs.why == "http1.invalid_url"
    return ours.status != 421 and (unknown or malformed)


KINDS = (
    Kind(
        "bad-escape",
        example.ask("/100%"),
        (
            "hands a `%` without two hexadecimal digits to its rules as it stands",
            "400 `escape`",
            "RFC 3986, 2.1, for ours: it is no URI",
        ),
        f.in_path(f.BAD_ESCAPE),
        we_refuse("escape"),
        f.from_path(f.BAD_ESCAPE, "x"),
    ),
    Kind(
        "raw-byte",
        example.ask("/x\\admin"),
        (
            'escapes `"`, `<`, `{`, `^` and their like, and takes a raw `\\` for `/`',
            "400 `raw-byte`",
            "RFC 3986, 3.3, and RFC 9112, 3.2, for ours: a path holds no such byte",
        ),
        f.raw_byte,
        we_refuse("raw-byte"),
        f.no_raw_byte,
    ),
    Kind(
        "encoded-control",
        example.ask("/a%09"),
        (
            "refuses `%00` only",
            "400 `encoded-control` for `%00` to `%1F` and `%7F`",
            "RFC 3986: valid, but 7.3 warns of it; language, 4: refused",
        ),
        f.in_path(f.CONTROL),
        we_refuse("encoded-control"),
        f.from_path(f.CONTROL, "x"),
    ),
    Kind(
        "not-utf8",
        example.ask("/%C0%AFadmin"),
        (
            "compares bytes, whatever they decode to",
            "400 `not-utf8`",
            "RFC 3986: valid; language, 4: refused",
        ),
        f.not_utf8,
        we_refuse("not-utf8"),
        f.from_path(f.HIGH_ESCAPE, "x"),
    ),
    Kind(
        "double-encoding",
        example.ask("/%252e%252e/admin"),
        (
            "decodes once and looks no further",
            "400 `double-encoding`: `%25` before two hexadecimal digits",
            "RFC 3986: valid, decoded once (2.4); language, 4: refused",
        ),
        f.in_path(f.TWICE),
        we_refuse("double-encoding"),
        f.from_path(f.TWICE, "x"),
    ),
    Kind(
        "dots-before-parameter",
        example.ask("/x/..;/admin"),
        (
            "takes `..;x` for a segment like any other",
            "400 `dots-before-parameter`: many applications cut it to `..`",
            "RFC 3986, 3.3: valid, up to the application; language, 4: refused",
        ),
        f.in_path(f.DOTS_PARAMETER),
        we_refuse("dots-before-parameter"),
        f.from_path(f.DOTS_PARAMETER, "x"),
    ),
    Kind(
        "above-root",
        example.ask("/../x"),
        (
            "drops a `..` that has nothing to take back",
            "400 `above-root`",
            "RFC 3986, 5.2.4, for Envoy; language, 4: refused",
        ),
        f.climbs,
        we_refuse("above-root"),
        f.from_path(f.DOT_DOT, "x"),
    ),
    Kind(
        "dots-over-empty",
        example.ask("/x//../admin"),
        (
            "resolves dots first: `/a//../b` is `/a/b`",
            "merges slashes first: `/a//../b` is `/b`, and that is sent on",
            "RFC 3986, 5.2.4, for Envoy; language, 4 (its order), for ours",
        ),
        f.in_path(f.EMPTY_THEN_DOTS),
        or_ambiguous,
        f.from_path(f.SLASHES, "/"),
    ),
    Kind(
        "only-slashes",
        example.ask("//", "POST"),
        (
            "merges slashes, but not where nothing else is left: a rule for `/` does not see `//`",
            "`/`, and that is sent on",
            "Envoy's own documentation of `merge_slashes` for ours",
        ),
        f.only_slashes,
        or_ambiguous,
        f.from_path(f.SLASHES, "/"),
    ),
    Kind(
        "escape-spelling",
        example.ask("/orders/7%3Arefund"),
        (
            "compares escapes as they are spelled: `%3b`, `%3B` and `;` are three paths",
            "compares segments decoded once: one path; sent on with upper-case escapes",
            "RFC 3986, 6.2.2.1 (case), and language, 4, for ours; 2.2 (reserved) for Envoy",
        ),
        f.in_path(f.OTHER_SPELLING),
        or_ambiguous,
        f.from_path(f.OTHER_SPELLING, "x"),
    ),
    Kind(
        "path-parameter",
        example.ask("/admin;v=1"),
        (
            "takes `;` for a character like any other",
            "reads the path with and without `;…`, unless `paths: [plain]`; 400 if they differ",
            "RFC 3986, 3.3: up to the application; language, 4 (readings), for ours",
        ),
        f.parameter,
        never_more_open,
        f.from_path(f.PARAMETER, "x"),
    ),
    Kind(
        "comma-in-value",
        example.ask("/staff", headers=(("X-Role", "a, b"),)),
        (
            '`equals: "a, b"` holds for `X-Role: a, b`',
            "it holds for no member, so `not` of it holds for every one",
            "language, 4, for ours: no member holds a comma; write one value for each member",
        ),
        f.comma_in_value,
        or_ambiguous,
        f.one_member,
    ),
    Kind(
        "header-members",
        example.ask(headers=(("X-Role", "user, robot"),)),
        (
            "compares all lines of a header, joined by commas, as one value",
            "compares every member: a deny needs one, an allow all; 400 if operations differ",
            "RFC 9110, 5.3 and 5.6.1 (of lists), and language, 4, for ours",
        ),
        f.members,
        or_ambiguous,
        f.one_member,
    ),
    Kind(
        "empty-header",
        example.ask("/staff", headers=(("X-Role", ""),)),
        (
            "compares an empty value like any other",
            "it has no member: no allow holds for it, and `not` in an operation is 400",
            "RFC 9110, 5.6.1 (of lists), and language, 4, for ours",
        ),
        f.empty_value,
        or_ambiguous,
        f.no_empty_value,
    ),
    Kind(
        "dotted-alias",
        example.ask(headers=(("X.Role", "robot"),)),
        (
            "takes `X.Role` for another header than `X-Role`",
            "400 `header-spelling` where a rule reads `x-role`: applications fold `.` to `-`",
            "RFC 9110, 5.1: another name; language, 4: refused",
        ),
        f.dotted_alias,
        we_refuse("header-spelling"),
        f.plain_names,
    ),
    Kind(
        "underscore",
        example.ask(headers=(("X_Trace", "7"),)),
        (
            "hardened, refuses every header with `_`",
            "refuses it only where a rule reads its alias",
            "RFC 9110, 5.1 and 5.6.2, for ours: `_` may stand in a name",
        ),
        f.underscore,
        they_refuse("http1.unexpected_underscore"),
        f.plain_names,
    ),
    Kind(
        "custom-method",
        example.ask(method="FIND"),
        (
            "refuses methods that it does not know, lower-case ones included",
            "a method like any other: matched by `ANY` only",
            "RFC 9110, 9.1 and 16.1, for ours: the set is open and case counts",
        ),
        f.custom_method,
        they_refuse("http1.codec_error"),
        f.get,
    ),
    Kind(
        "asterisk",
        example.ask("*", "OPTIONS"),
        (
            "404 for `OPTIONS *`, before any route or rule",
            "`OPTIONS *` is in the rest, and rules decide",
            "RFC 9110, 9.3.7, and language, 4, for ours",
        ),
        f.asterisk,
        lambda _, theirs: theirs.status == 404 and theirs.why == "absolute_path_rejected",
        f.root,
    ),
    Kind(
        "connect",
        example.ask("store:443", "CONNECT"),
        (
            "404 for CONNECT where no route is made for it",
            "400 `authority-form`: there are no tunnels",
            "RFC 9110, 9.3.6, prescribes no status; both refuse",
        ),
        f.connect,
        lambda ours, theirs: ours.why == "authority-form" and theirs.why == "route_not_found",
        f.root,
    ),
    Kind(
        "empty-port",
        example.ask(host="store:"),
        (
            "does not know the host of `name:`, and takes `http://name:/` for malformed",
            "the same as `name`",
            "RFC 3986, 6.2.3, for ours",
        ),
        f.empty_port,
        they_misread_host,
        f.own_host,
    ),
    Kind(
        "user-info",
        example.ask(host="user@store"),
        (
            "looks the host up as it stands",
            "400 `user-info`",
            "RFC 9110, 7.2, and RFC 9112, 3.2, for ours: an invalid Host is 400",
        ),
        f.odd_host,
        we_refuse("user-info"),
        f.own_host,
    ),
    Kind(
        "host",
        example.ask(host="store.."),
        (
            "looks the host up as it stands",
            "400 `host`",
            "RFC 3986, 3.2.2: valid; RFC 1035, 2.3.1 (no empty label), for ours",
        ),
        f.odd_host,
        we_refuse("host"),
        f.own_host,
    ),
    Kind(
        "port",
        example.ask(host="store:0"),
        (
            "takes any port off the host, `0` too",
            "400 `port`",
            "RFC 3986, 3.2.3: valid; RFC 6335, 6 (0 is reserved), for ours",
        ),
        f.odd_host,
        we_refuse("port"),
        f.own_host,
    ),
    Kind(
        "authorities-differ",
        example.ask("http://store.shop/"),
        (
            "ignores `Host` where the target names a host",
            "400 `authorities-differ` unless they name the same",
            "RFC 9112, 3.2.2, for Envoy; ours refuses what two readers take for two hosts",
        ),
        f.two_authorities,
        we_refuse("authorities-differ"),
        f.own_host,
    ),
)
