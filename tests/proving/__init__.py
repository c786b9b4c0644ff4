"""Everything that speaks for the publisher, in one command: `./scripts/prove --minutes 60`.

`simulated` runs worlds, `real` races and kills processes, `report` says what came of it.
"""
