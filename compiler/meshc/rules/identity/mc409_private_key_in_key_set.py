"""A key set holds a private or symmetric key.

Why it matters:
Whoever can read the repository, or a snapshot, can sign tokens with it and be any user. The key is
lost from the moment it was committed, whatever is done to the file afterwards.

What to do:
Replace the key at its issuer. Then write the public members only (no `d`, `p`, `q`, `k`).
"""

from __future__ import annotations

from meshc.findings import Severity
from meshc.rules.rule import fails, passes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SEVERITY: Final = Severity.ERROR
FOUND_BY: Final = "checker"
HELP: Final = "replace this key at its issuer, then write its public half only"
EXAMPLES: Final = (
    fails("""\
apiVersion: meshc.dev/v1
kind: TokenIssuer
metadata: {name: corp}
spec:
  issuer: https://id.corp.test
  audiences: [shop]
  keys:
    inline: '{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}'
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
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
