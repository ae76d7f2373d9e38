"""What makes a finding the same finding tomorrow: its meaning, never its line or its file.

Baselines, SARIF and GitLab recognise findings by it.
"""

from __future__ import annotations

from meshc.record import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from meshc.findings import Finding
    from meshc.mesh.sources import Sources


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What a finding says about which part of which object."""

    code: str
    object: str
    """Kind and name: `ServiceIntent shop/cart`; empty for what stands in no document."""
    path: str
    """Keys from the document's root, parted by `/`; items of lists by name where they have one."""
    message: str

    @property
    def fingerprint(self) -> str:
        """Give the SHA-256 of the four parts, in hexadecimal digits."""
        import hashlib  # only where somebody recognises findings

        parts = (self.code, self.object, self.path, self.message)
        # No part can hold a NUL, so no two identities give the same bytes.
        text = "\0".join(part.replace("\0", "\N{REPLACEMENT CHARACTER}") for part in parts)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def identity(finding: Finding, sources: Sources) -> Identity:
    """Say which finding this is; stable under moved lines, comments and renamed files."""
    place = finding.primary
    kind, name, *keys = sources.document(place.file).path(place.start) or ("", "")
    path = "/".join(key.replace("~", "~0").replace("/", "~1") for key in keys)
    return Identity(finding.code, f"{kind} {name}".strip(), path, finding.message)


def fingerprint(finding: Finding, sources: Sources) -> str:
    """Give a finding's fingerprint (see `Identity.fingerprint`)."""
    return identity(finding, sources).fingerprint
