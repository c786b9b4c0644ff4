"""PURE: wishes + ledger state + config + now -> Plan.

A `Wish` is what the files say should become of one delivery; the ledger's state is what has been
done. `make_plan` compares them and answers, for every delivery that is not settled, either with an
action or with the reason why it waits. Nothing here reads a file, a clock or the network, so the
plan reviewed on a pull request is the plan that is carried out (`Plan.digest`).

`values.py` holds the words, `renames.py` what looks like an old post, `decide.py` the decision about
one delivery, `removed.py` what is deleted, `forward.py` what may be changed, `pace.py` what an
account's own limits hold back, `shards.py` and `matrix.py` how several runners share a plan.
"""

from postops.plan.decide import make_plan
from postops.plan.renames import with_renames
from postops.plan.values import (
    ALARMS,
    PASSING,
    SKIPS,
    Action,
    ActionName,
    Files,
    Guard,
    Past,
    Plan,
    Reason,
    Terms,
    Waiting,
    Wish,
    iso,
    parse,
)

__all__ = [
    "ALARMS",
    "PASSING",
    "SKIPS",
    "Action",
    "ActionName",
    "Files",
    "Guard",
    "Past",
    "Plan",
    "Reason",
    "Terms",
    "Waiting",
    "Wish",
    "iso",
    "make_plan",
    "parse",
    "with_renames",
]
