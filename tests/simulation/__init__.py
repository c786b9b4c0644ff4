"""The publisher, unchanged, in a world that fails on purpose.

`loop` and `clock` are virtual time, `platforms` emulate what each certainty class promises,
`remote` is git as the ledger sees it, `runners` are the machines. `scenarios` say what happens,
`faults` what goes wrong, `checker` what must hold whatever does. `python -m tests.simulation
--seed N` replays one world.

`wider` adds what people do besides (`upsets`), wrong clocks and paces; `--wider --seed N` replays
those. `outside` breaks what is assumed, `lateness` measures ways to be woken, and `peers` puts what
other tools do into the same worlds.
"""
