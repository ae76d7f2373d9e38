"""The keys of a token issuer cannot be used.

Why it matters:
A key set that no proxy can read verifies nothing: every user of this issuer would be refused, from
the moment the snapshot is live.

What to do:
Give the JWK set (RFC 7517) as the issuer publishes it: RSA of 2048 to 4096 bits, P-256, P-384 or
Ed25519, each `kid` once, at most 64 keys and 64 KiB.
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "give the key set as the issuer publishes it"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.corp.test
  audiences: [shop]
  keys:
    inline: '{"keys": []}'
#           ^^^^^^^^^^^^^^ here
"""),
    passes("""\
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.corp.test
  audiences: [shop]
  keys:
    inline: |
      {"keys": [{"kty": "OKP", "crv": "Ed25519",
                 "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
"""),
)
