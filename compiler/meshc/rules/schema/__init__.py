"""What the schema forbids: fields, types, names, values."""
