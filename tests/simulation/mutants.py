"""Every guard of the protocol, taken out one at a time: the checker has to notice.

A mutant is a patch of production code; `without` has what it puts there. A checker that lets a
mutant live proves nothing about the guard.

Some guards only matter where a platform does not keep its word. They are taken out in such worlds
(`outside`), and it has to come out worse there than with the guard.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

from postops.ledger import late, pending, state
from postops.plan import decide, removed, scheduled
from postops.publish import (
    again,
    change,
    claims,
    pusher,
    run,
    schedule,
    send,
    sessions,
    settle,
    stop,
)
from tests.simulation import content, outside, remote, telling, without
from tests.simulation.exhaustive import singles, workloads
from tests.simulation.platforms import Handled, Keyed, KeyIgnored, KeyOnly, Searchable, SimPlatform
from tests.simulation.seeds import scenario
from tests.simulation.shrink import rules
from tests.simulation.wider import RENAMING, wider
from tests.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.simulation.world import Scenario

LAGS_TEN_TIMES, LAGS_HOURS, FORGETS, OVERDUE = outside.BROKEN


class Outside(NamedTuple):
    """A world in which platforms of one kind break their word in one way."""

    broken: outside.Broken
    kind: type[SimPlatform]
    seed: int
    made: Callable[[int], Scenario] | None = None

    def figures(self) -> tuple[dict[str, int], set[str]]:
        """What came of it, and the rules that were broken."""
        with outside.breaking(self.broken, self.kind):
            world = (
                World(self.made(self.seed))
                if self.made
                else outside.world(self.seed, self.kind, self.broken)
            )
            row = outside.Row(self.broken.name, self.kind.name)
            verdict = row.add(self.seed, world)
        posts = (post for server in world.servers.values() for post in server.posts)
        made = Counter((post.delivery, post.part) for post in posts)
        twice = {name for (name, _), many in made.items() if many > 1}
        untold = len(twice - world.checker.flagged)  # be it that one of the two was deleted since
        figures = {"duplicates": row.duplicates, "lost": row.lost, "untold": untold}
        return figures, rules(verdict)

    def worse(self, mutant: Mutant) -> list[str]:
        """What the guard saves these people from."""
        kept, known = self.figures()
        with mutant.applied():
            got, broken = self.figures()
        more = [f"{name}: {got[name]}, not {kept[name]}" for name in kept if got[name] > kept[name]]
        return [*more, *sorted(broken - known)]


class Mutant(NamedTuple):
    """One guard less. `where`, `seeds` and `worlds` are where it is known to fall: tried first."""

    guard: str
    patches: tuple[tuple[Any, str, Any], ...]
    where: tuple[str, ...] = ()  # workloads
    seeds: tuple[int, ...] = ()
    worlds: Callable[[], Iterable[Scenario]] = tuple
    outside: Outside | None = None

    @contextmanager
    def applied(self) -> Iterator[None]:
        with ExitStack() as stack:
            for patch in self.patches:
                owner, name, new = patch
                table = isinstance(owner, dict)
                changed = (
                    mock.patch.dict(owner, {name: new}) if table else mock.patch.object(*patch)
                )
                stack.enter_context(changed)
            yield


def _patch(owner: Any, name: str, new: Any) -> tuple[tuple[Any, str, Any], ...]:
    return ((owner, name, new),)


MUTANTS: tuple[Mutant, ...] = (
    Mutant("a claim is pushed before the call", _patch(pusher.Pusher, "claim", without.no_push)),
    Mutant(
        "a claim rests on the ledger it was planned on",
        _patch(pusher.Pusher, "claim", without.claim_anyway),
    ),
    Mutant("a lost race is no claim", _patch(pusher.Pusher, "claim", without.ignore_conflict)),
    Mutant(
        "a push without an answer is no claim",
        _patch(pusher.Pusher, "claim", without.push_unknown_is_fine),
        where=("thread client",),
    ),
    Mutant("the head is compared and swapped", _patch(remote.SimRemote, "_land", without.no_swap)),
    Mutant(
        "a part keeps its key",
        (
            *_patch(claims, "draft", without.key_by_attempt),
            *_patch(state, "_claimed_publish", without.fresh_keys),
        ),
    ),
    Mutant(
        "a search starts at the first claim",
        _patch(state, "_claimed_publish", without.since_last_claim),
        where=("lost search",),
    ),
    Mutant("the lease is waited for", _patch(decide, "_open_claim", without.no_lease)),
    Mutant(
        "the skew is allowed for",
        _patch(again, "deadline", without.deadline_without_skew),
        where=("drifting handle", "drifting search"),
    ),
    Mutant(
        "an open claim is looked into before it is sent again",
        _patch(decide, "_decide", without.reclaim),
    ),
    Mutant("a lost answer is not tried again blindly", _patch(SimPlatform, "_call", without.blind)),
    Mutant("what may exist is looked for", _patch(send, "settle", without.lost_is_absent)),
    Mutant(
        "absence waits for what is under way and for the index",
        _patch(settle, "_once_at_rest", without.no_rest),
    ),
    Mutant(
        "absence waits for the index",
        _patch(settle, "_once_at_rest", without.rest_without_lag),
        where=("late refusing",),
    ),
    Mutant(
        "absence waits for what is under way",
        _patch(settle, "_once_at_rest", without.rest_without_flight),
    ),
    Mutant(
        "what nobody can know is left to a person", _patch(send, "settle", without.doubt_is_absent)
    ),
    Mutant(
        "ids the ledger owns are no match",
        _patch(send, "settle", without.knows_nothing),
        seeds=(540,),
    ),
    Mutant(
        "nothing is sent near the end of a lease",
        _patch(again, "deadline", without.no_deadline),
        where=("tight search",),
    ),
    Mutant(
        "a part is recorded before the next is sent", _patch(send, "landed", without.thread_first)
    ),
    Mutant("what was sent is recorded", _patch(send, "landed", without.no_record)),
    Mutant("a thread goes on where it stopped", _patch(send, "_missing", without.all_parts)),
    Mutant(
        "a deferred thread is resumed, not begun again",
        (
            *_patch(decide, "_decide", without.deferred_is_fresh),
            *_patch(send, "_missing", without.all_parts),
        ),
    ),
    Mutant("a part answers the one before it", _patch(send, "outgoing_part", without.no_root)),
    Mutant("a handle is asked for", _patch(send, "outgoing_part", without.no_handle)),
    Mutant("a handle is kept before it is used", _patch(send, "_keep_handle", without.unkept)),
    Mutant(
        "a handle belongs to its claim",
        _patch(state._ON_DELIVERY, "handle", without.any_handle),
        worlds=telling.handle_on_a_dead_disk,
    ),
    Mutant(
        "what was accepted is looked for once more",
        _patch(send, "confirmed", without.not_dropped),
        seeds=(547,),
    ),
    Mutant(
        "a stopped run gives its claims back", _patch(run.Run, "_release", without.not_released)
    ),
    Mutant(
        "an ending names its claim", _patch(state, "is_late", without.by_run_only), seeds=(131,)
    ),
    Mutant("late endings end nothing", _patch(state, "is_late", without.settles_any), seeds=(131,)),
    Mutant(
        "a skip ends no claim",
        _patch(state, "is_late", without.skips_end_claims),
        where=("expiring search", "expiring handle"),
    ),
    Mutant(
        "late news does not end a change",
        _patch(state._ON_DELIVERY, "published", without.late_news),
        worlds=telling.word_on_a_dead_disk,
    ),
    Mutant(
        "outcomes survive a lost race", _patch(pending.Pending, "show_again", without.drops_pending)
    ),
    Mutant("a call waits for its time", _patch(send, "_until_due", without.wait_without)),
    Mutant(
        "a wrong clock holds the account",
        _patch(sessions, "_check_clock", without.skew_is_fine),
        seeds=(958,),
    ),
    Mutant(
        "nothing is given up by a clock that was not compared",
        _patch(run.Run, "_record_skips", without.gives_up_anyway),
        worlds=lambda: [telling.wrong_clock()],
    ),
    Mutant(
        "a new name has the old one's history before it is bound",
        _patch(content, "as_named", lambda state, _: state),
        worlds=lambda: [telling.before_a_renaming()],
    ),
    Mutant(
        "a run from before a renaming begins nothing more",
        _patch(run, "misnamed", lambda *_: None),
        worlds=lambda: [wider(1632, (RENAMING,))],
    ),
    Mutant(
        "late and expired gate the first part only",
        _patch(decide, "_decide", without.late_for_all),
        seeds=(125,),
    ),
    Mutant(
        "held posts are held",
        _patch(decide, "_held", without.held_no_more),
        where=("change client",),
    ),
    Mutant(
        "what looks like an old post is looked for with every plan",
        _patch(content, "with_renames", without.no_renames),
        seeds=(66065,),
    ),
    Mutant(
        "a plan is made anew where others moved the ledger",
        _patch(run.Run, "_as_planned", run.Run._as_it_stood),
        where=("renamed client", "renamed search"),
    ),
    Mutant(
        "the rest of a dead run's thread is looked for",
        _patch(state, "_of_the_dead", without.settles_any),
        seeds=(94197,),
    ),
    Mutant(
        "a no to the second time says nothing of the first",
        _patch(send, "_refused_now", without.no),
        where=("late client",),
    ),
    Mutant(
        "what was never sent before is no duplicate of its own",
        _patch(send, "_claimed_before", without.always),
        seeds=(45453,),
    ),
    Mutant(
        "what waits at the platform is taken back when its file changes",
        _patch(scheduled, "_changed", lambda *_: None),
        where=("ahead held",),
    ),
    Mutant(
        "what was cut off is looked for before it is sent",
        _patch(claims, "_may_be_forgotten", lambda *_: False),
        where=("cut search",),
    ),
    Mutant(
        "an older text never takes the place of a newer one",
        (*_patch(decide, "stays", lambda *_: None), *_patch(removed, "stays", lambda *_: None)),
        where=("rewound client",),
    ),
    Mutant(
        "what is out is not deleted by a branch from before it",
        _patch(removed, "stays", lambda *_: None),
        where=("before it was there client",),
    ),
    Mutant(
        "what is not there to be taken back is looked for",
        _patch(schedule, "_there", without.surely_gone),
        where=("ahead at its time", "ahead as planned"),
    ),
    Mutant(
        "the platform gets its time before a post counts as dropped",
        _patch(schedule, "_look", without.at_a_glance),
        where=("ahead at its time",),
    ),
    Mutant(
        "what was sent again is looked for once more",
        _patch(decide, "look", without.nothing),
        outside=Outside(LAGS_HOURS, Searchable, 1),
    ),
    Mutant(
        "two outcomes of one part are a doubt",
        _patch(state.PartState, "is_beside", without.nothing),
        outside=Outside(FORGETS, KeyOnly, 130),
    ),
    Mutant(
        "what was prepared is used again",
        _patch(state._ON_DELIVERY, "claimed", without.prepares_anew),
        outside=Outside(OVERDUE, Handled, 1),
    ),
    Mutant(
        "a handing over nobody knows of is looked for",
        _patch(schedule, "_looked_for", without.never_handed),
        where=("ahead as planned",),
    ),
    Mutant(
        "it is looked for until it can be under way no more",
        _patch(schedule, "_listed", without.listed_at_once),
        where=("ahead as planned", "ahead at once"),
    ),
    Mutant(
        "a thread is deleted from its end",
        _patch(change, "withdraw", without.first_part_first),
        where=("change client",),
    ),
    Mutant(
        "what holds one account holds no other",
        _patch(run.Run, "_must_not_send", without.for_all),
        seeds=(83,),
    ),
    Mutant(
        "a key is trusted no longer than the platform keeps it",
        _patch(settle, "_knows_again", without.key_for_ever),
        worlds=lambda: [wider(43), wider(93)],
    ),
    Mutant(
        "an account keeps its pace", _patch(decide, "paced", without.all_at_once), where=("pace",)
    ),
    Mutant(
        "a ledger from the future holds everything",
        _patch(decide, "_from_the_future", without.nothing),
        worlds=lambda: [telling.from_the_future()],
    ),
    Mutant(
        "a run that was asked to stop begins nothing more",
        _patch(stop.Stop, "asked", False),
        where=("thread handle",),
    ),
    Mutant(
        "nothing is sent after a stop that came while it was prepared",
        (
            *_patch(send, "in_time", without.in_time_though_stopped),
            *_patch(again, "in_time", without.in_time_though_stopped),
        ),
        where=("thread handle",),
    ),
    Mutant(
        "what may be there is sent again only while it is wished",
        _patch(run.Run, "_still_wished", without.always),
        worlds=telling.held_meanwhile,
    ),
    Mutant(
        "an account that was asked to wait is not used",
        _patch(run.Run, "_heed", without.heedless),
        where=("thread client",),
    ),
    Mutant(
        "whether it expired is looked at right before the call",
        _patch(send, "_until_due", without.due_only),
        seeds=(611216,),
    ),
    Mutant(
        "what cannot be the whole truth ends no claim",
        _patch(late, "_past", without.no_way),
        worlds=lambda: [wider(12952)],
    ),
    Mutant(
        "what could only be doubted is claimed one at a time",
        _patch(send, "is_weak", without.no_way),
        where=("change none",),
    ),
    Mutant(
        "no change outlasts its lease",
        (
            *_patch(change, "again", without.again_for_ever),
            *_patch(change, "in_time", without.nothing),
        ),
        worlds=lambda: [telling.edited_beyond_the_lease()],
    ),
    Mutant(
        "what was due before the account was known is not sent",
        _patch(decide, "_before_account", without.nothing),
        worlds=lambda: [telling.old_news()],
    ),
    Mutant(
        "what was put off is left alone until then",
        (
            *_patch(decide, "deferred", without.nothing),
            *_patch(removed, "deferred", without.nothing),
        ),
        where=("change client",),
    ),
    Mutant(
        "a post is due by the platform's clock",
        _patch(sessions, "_ahead", without.no_time),
        seeds=(2,),
    ),
    Mutant(
        "an update is over only when its lost try is",
        _patch(change, "_over", without.nothing_there),
        worlds=lambda: [telling.late_edit()],
    ),
    Mutant(
        "a list is asked once more right before it is sent again",
        _patch(send, "_listed_since", without.nothing_there),
        outside=Outside(LAGS_TEN_TIMES, Keyed, 6),
    ),
    Mutant(
        "a key that was ignored shows at once",
        _patch(send, "_if_twice", without.nothing_there),
        outside=Outside(telling.A_LITTLE, KeyIgnored, 60, telling.removed_soon),
    ),
)


def grounds(mutant: Mutant) -> Iterator[Scenario]:
    """Worlds to hunt in: where it is known to fall first, then a sample of everything."""
    for seed in mutant.seeds:
        yield scenario(seed)
    yield from mutant.worlds()
    known = workloads()
    for name in mutant.where:
        yield from (replace(known[name], plan=plan) for plan in singles(known[name]))
    for one in known.values():
        yield replace(one, plan={})
    for one in list(known.values())[:: 1 if not mutant.where else 4]:
        yield from (replace(one, plan=plan) for plan in islice(singles(one), 0, None, 7))
    yield from map(scenario, range(1500))


def hunted(mutant: Mutant, most: int = 6000) -> tuple[int, list[str]]:
    """How many worlds it lived through, and what gave it away; nothing where it outlived all."""
    count = 0
    if mutant.outside is not None:
        return 2, mutant.outside.worse(mutant)
    with mutant.applied():
        for one in islice(grounds(mutant), most):
            count += 1
            if found := World(one).run().violations:
                return count, found
    return count, []
