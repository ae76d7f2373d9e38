"""Names that must lead somewhere, and edges with two halves."""
