//! Bytes of one YAML file to nodes with byte spans: bounded, never panics, one finding per mistake.
