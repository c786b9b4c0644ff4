"""Rules over posts and rendered messages: one function each, grouped by subject.

`check.check` looks at a whole repository, `check.check_posts` at the few posts a run is about;
`registry` knows the rules, `docs` explains them. Limits never stand here: they come from the
platforms' `Capabilities`.
"""
