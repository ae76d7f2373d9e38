"""Keys would be fetched without TLS, or from an address of the inside.

Why it matters:
Whoever answers the fetch decides who is a user. Plain HTTP lets anybody on the way answer; a URL
that leads to loopback, a private network or a cloud's metadata makes every proxy a tool for
reaching what its author cannot (server-side request forgery).

What to do:
Name the issuer's public `https` URL, or put the key set into the repository (`file`, `inline`).
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "name a public https URL, or give the keys as a file"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.corp.test
  audiences: [shop]
  keys: {url: "https://169.254.169.254/keys"}
#             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.corp.test
  audiences: [shop]
  keys: {url: "https://id.corp.test/keys", refresh: 10m}
"""),
)
