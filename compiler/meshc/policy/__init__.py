"""Takes what rules found, says which of it counts: settings, suppressions, waivers, a baseline.

`settings` reads what a repository says, `selection` decides which rules run and how much they
weigh, `suppressions`, `waivers` and `baseline` hide single findings, and `judging` puts them in
order. No clock: a date is an argument.
"""
