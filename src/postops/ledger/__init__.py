"""What was done, as append-only events in git: the only truth about it.

Read `events` (what a line holds), `state` (what the lines add up to), `remote` (the port to git),
then `journal` (claims and outcomes on their way into the ledger).
"""
