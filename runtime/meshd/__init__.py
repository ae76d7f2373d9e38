"""The controller: takes a Git repository, gives every proxy the newest good snapshot.

`step` is its core, a pure function; everything else is an edge: `follow` and `signatures` ask git,
`gate` compiles, `serve` talks to proxies, `state` and `ca` keep files, `status` says how it stands.
"""
