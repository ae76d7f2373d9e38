//! Sans-I/O HTTP/1.1: strict heads, framing, chunked bodies, re-serialisation.
