"""What the reader of documents finds: text that is no YAML, or YAML that intents do not use."""
