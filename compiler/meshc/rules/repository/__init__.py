"""Rules about the repository that intents live in."""
