"""Which request belongs to what, and where it goes."""
