"""The demonstration: takes an example repository, gives a running mesh and what it did.

Everything is real: processes, sockets, certificates, a Git repository. `meshc.cli.demo` runs it.
"""
