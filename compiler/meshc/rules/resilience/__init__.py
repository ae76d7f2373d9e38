"""Rules about waiting, trying again and limits."""
