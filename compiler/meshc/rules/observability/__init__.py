"""Rules about who answers for a service and what is seen of it."""
