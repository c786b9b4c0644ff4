"""What the events add up to. Pure: no clock, no files.

    new --claimed--> claimed --published--> published (all parts) | partial (some)
                        |----deferred, released, skipped, failed: nothing of it is under way
                        '----in_doubt: nobody knows; only `resolved` leads out
    new --claimed schedule--> claimed --scheduled--> scheduled: the platform is to publish it
    scheduled --claimed cancel or confirm--> claimed --published | unscheduled--> published | released
    published --claimed update--> claimed --updated--> published
    published --claimed withdraw--> claimed --withdrawn--> withdrawn
    retried: what failed or was skipped may be claimed again with the same keys; what was withdrawn
             starts a new generation, with new keys

A claim to update or withdraw that comes to nothing leaves the delivery as published as it was, one
to cancel or confirm as scheduled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from postops.collector import collector_off
from postops.errors import LedgerDamaged
from postops.ledger.chain import Link, is_day, verify
from postops.ledger.delivery import DeliveryState, PartState, Phase
from postops.ledger.late import CHANGES, MAY_BE_LATE, is_late

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

__all__ = [
    "Binding",
    "DeliveryState",
    "LedgerState",
    "PartState",
    "Phase",
    "advance",
    "apply",
    "fold",
]


class Binding(NamedTuple):
    """The identity an account's name was tied to. `id` is the platform's."""

    account: str
    platform: str
    id: str
    handle: str
    url: str
    bound_at: str


@dataclass(slots=True)
class LedgerState:
    """Everything the ledger says. `seq`, `tip`, `newest_day`, `last_recorded_at` and `ids` are of
    what was pushed; deliveries also show what is recorded and not yet pushed.

    Where it began from a snapshot, `ids` are those since, and `last_id` is the greatest before;
    `owned` (remote ids by account) lacks those of rows that nobody looked at yet. `vouched` is the
    digest of the newest snapshot.
    """

    deliveries: MutableMapping[str, DeliveryState] = field(default_factory=dict)
    bound: dict[str, Binding] = field(default_factory=dict)
    budgets: dict[str, dict[str, Any]] = field(default_factory=dict)
    seq: int = 0
    tip: str = ""
    genesis: str | None = None
    newest_day: str | None = None
    last_recorded_at: str | None = None
    ids: set[str] = field(default_factory=set)
    last_id: str = ""
    vouched: str | None = None
    renamed: dict[str, str] = field(default_factory=dict)
    owned: dict[str, set[str]] = field(default_factory=dict)
    _posts: dict[str, list[str]] | None = None

    @property
    def link(self) -> Link:
        """Where the chain ends."""
        return Link(self.seq, self.tip)

    def delivery(self, name: str) -> DeliveryState:
        """What is known of a delivery, by whatever name; a fresh one where nothing is."""
        found = self.deliveries.get(name)
        if found is None and self.renamed:
            post, account = _split(name)
            name = f"{post}@{self.today(account)}"
            found = self.deliveries.get(name)
        return found or DeliveryState(name, *_split(name))

    def today(self, account: str) -> str:
        """The name an account has now: a run that began before a renaming knows an older one."""
        while account in self.renamed:
            account = self.renamed[account]
        return account

    def remote_ids(self, account: str) -> frozenset[str]:
        """Every remote id ever recorded for an account."""
        account = self.today(account)
        if self.last_id:  # a snapshot does not say twice what stands in its rows
            for name in self.of_account(account):
                self.deliveries.get(name)
        return frozenset(self.owned.get(account, ()))

    def of_account(self, account: str) -> list[str]:
        """The names of an account's deliveries. None of them is unpacked for that."""
        account = self.today(account)
        return [name for name in self.deliveries if _split(name)[1] == account]

    def by_post(self, post: str) -> list[DeliveryState]:
        """The deliveries of one post, by account."""
        if self._posts is None:
            self._posts = {}
            for name in self.deliveries:
                self._posts.setdefault(_split(name)[0], []).append(name)
        names = sorted(set(self._posts.get(post, ())))
        return [self.deliveries[name] for name in names if name in self.deliveries]

    def own(self, account: str, remote_id: str) -> None:
        """Remember that a remote post is ours."""
        self.owned.setdefault(account, set()).add(remote_id)

    def store(self, name: str) -> DeliveryState:
        """The delivery to change, made where it is new."""
        delivery = self.deliveries.get(name)
        if delivery is None:
            post, account = _split(name)
            if self.renamed and account in self.renamed:
                return self.store(f"{post}@{self.today(account)}")
            delivery = self.deliveries[name] = DeliveryState(name, post, account, begun=False)
            self._posts = None
        return delivery

    def rename(self, old: str, new: str) -> None:
        """Carry an account's history over to its new name, so that nothing is sent again."""
        self.renamed.pop(new, None)
        self.bound.pop(old, None)
        names = [name for name in self.deliveries if _split(name)[1] == old]
        self.renamed[old] = new
        self._posts = None
        for name in names:
            self._carry(self.deliveries.pop(name), new)
        self.owned.setdefault(new, set()).update(self.owned.pop(old, ()))
        if old in self.budgets:
            self.budgets.setdefault(new, self.budgets.pop(old))

    def _carry(self, delivery: DeliveryState, account: str) -> None:
        """Of two histories of a post, one that was only given up says nothing against the other."""
        delivery.name, delivery.account = f"{delivery.post}@{account}", account
        names = {"delivery": delivery.name, "account": account}
        delivery.claim = delivery.claim and delivery.claim | names
        delivery.doubted = delivery.doubted and delivery.doubted | names
        known = self.deliveries.get(delivery.name)
        if known is None or (delivery.begun and not known.begun):
            self.deliveries[delivery.name] = delivery


def _split(name: str) -> tuple[str, str]:
    post, _, account = name.rpartition("@")
    return post, account


def fold(files: Mapping[str, bytes]) -> LedgerState:
    """The state after all lines of the daily files, given as path and bytes.

    Raises `LedgerDamaged` or `LedgerVersion`. A torn last line is left out.
    """
    state = LedgerState()
    days = sorted(path for path in files if is_day(path))
    with collector_off():
        for path in days:
            verified = verify(path, files[path], state.link, newest=path == days[-1])
            advance(state, verified.events, verified.link)
    state.newest_day = days[-1] if days else None
    return state


def advance(state: LedgerState, events: list[dict[str, Any]], link: Link) -> None:
    """Apply events that are part of the chain, up to `link`. Raises `LedgerDamaged`."""
    try:
        for event in events:
            apply(state, event)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise LedgerDamaged(
            f"event {event['seq']} ({event['type']}) cannot be folded: {error}",
            help="postops ledger verify names its file and line",
        ) from error
    state.tip = link.tip


def apply(state: LedgerState, event: dict[str, Any]) -> None:
    """Apply one event. Without `seq` (recorded, not pushed yet) it does not move the chain."""
    kind = event["type"]
    if "seq" in event:
        state.seq = event["seq"]
        state.ids.add(event["id"])
        state.last_recorded_at = event["recorded_at"]
        if event["seq"] == 1:
            state.genesis = event["id"]
    if kind in _ON_DELIVERY:
        delivery = state.store(event.get("delivery", ""))
        if kind != "skipped":
            delivery.begun = True
        if "commit" in event:
            delivery.last_commit = event["commit"]
        if "remote_id" in event:
            state.own(delivery.account, event["remote_id"])
        if not ((kind in MAY_BE_LATE or "generation" in event) and is_late(delivery, event)):
            _ON_DELIVERY[kind](delivery, event)
    elif kind == "bound":
        _bound(state, event)
    elif kind == "folded":
        state.vouched = event.get("digest")
    elif kind == "budget":
        state.budgets[state.today(event.get("account", ""))] = event.get("budget") or {}


def _bound(state: LedgerState, event: dict[str, Any]) -> None:
    identity, account = event.get("identity") or {}, event.get("account", "")
    state.renamed.pop(account, None)
    since = event["recorded_at"]
    if "was" in event and event["was"] != account:
        known = state.bound.get(event["was"]) or state.bound.get(account)
        since = known.bound_at if known else since  # what was due since then is no old news
        state.rename(event["was"], account)
    state.bound[account] = Binding(
        account,
        event.get("platform", ""),
        identity.get("id", ""),
        identity.get("handle", ""),
        identity.get("url", ""),
        since,
    )


# --------------------------------------------------------------------------- claims


def _claimed(delivery: DeliveryState, event: dict[str, Any]) -> None:
    if event.get("generation", delivery.generation) > delivery.generation:
        _new_generation(delivery, event["generation"])
    # What was prepared may be used again, and then it is used once; but not for other words.
    if event.get("payload", delivery.payload) != delivery.payload:
        delivery.prepared = {}
    delivery.inherited = _of_the_dead(delivery, event)
    delivery.doubted = delivery.doubtful = delivery.dropped = None
    delivery.claim = event
    delivery.action = event.get("action", "publish")
    if delivery.action not in CHANGES:
        delivery.had_failed = False
    elif delivery.phase != "claimed":
        delivery.had_failed = delivery.phase == "failed"
    delivery.attempt = event.get("attempt", delivery.attempt + 1)
    delivery.phase = "claimed"
    delivery.until = None
    if "path" in event:
        delivery.path = event["path"]
    if delivery.action in ("publish", "schedule"):
        _claimed_publish(delivery, event)


def _claimed_publish(delivery: DeliveryState, event: dict[str, Any]) -> None:
    at = event["recorded_at"]
    delivery.parts_total = event.get("parts", delivery.parts_total)
    keys = {int(number): key for number, key in (event.get("keys") or {}).items()}
    delivery.keys = keys | delivery.keys if delivery.keys else keys
    delivery.first_claim_at = delivery.first_claim_at or at
    whole = range(1, delivery.parts_total + 1)
    since = event.get("since", at)
    for number in keys or ([event["part"]] if "part" in event else whole):
        if number not in delivery.parts:
            delivery.part_since.setdefault(number, since)
    _contents(delivery, event)


def _contents(delivery: DeliveryState, event: dict[str, Any]) -> None:
    """Which content this is, as far as the event says."""
    said = event.get  # in a row rather than in a loop: this is a sixth of all folding
    delivery.source = said("source", delivery.source)
    delivery.payload = said("payload", delivery.payload)
    delivery.commit = said("commit", delivery.commit)
    delivery.blob = said("blob", delivery.blob)
    delivery.path = said("path", delivery.path)
    delivery.on_edit = said("on_edit", delivery.on_edit)
    delivery.on_remove = said("on_remove", delivery.on_remove)
    delivery.due_at = said("due_at", delivery.due_at)


def _handle(delivery: DeliveryState, event: dict[str, Any]) -> None:
    claim = delivery.claim
    if "claim" in event and (claim is None or claim["id"] != event["claim"]):
        return  # of a dead run, whose claim was settled without it
    delivery.prepared[event.get("part", 1)] = event


# --------------------------------------------------------------------------- outcomes


def _published(delivery: DeliveryState, event: dict[str, Any]) -> None:
    number = event.get("part", 1)
    at = event.get("published_at") or event["recorded_at"]
    known = delivery.parts.get(number)
    if known and event["type"] == "published" and known.is_beside(event.get("remote_id", "")):
        _twice(delivery, event, [known.url, event.get("url", "")])
        return
    if event["type"] == "published" and delivery.doubts(event.get("remote_id")):
        return  # somebody looked after it was accepted, and that is the later word
    if known is None or event.get("remote_id", known.remote_id) != known.remote_id:
        delivery.parts[number] = PartState(
            number, event.get("remote_id", ""), event.get("url", ""), event.get("extra") or {}, at
        )
    delivery.parts_total = max(event.get("parts", delivery.parts_total), number)
    delivery.prepared.pop(number, None)
    if event.get("again"):
        delivery.again_at = event["recorded_at"]
    if number == 1:
        delivery.published_at = at
        delivery.lateness = event.get("lateness", delivery.lateness)
    delivery.scheduled_id = None
    if delivery.claim is not None and delivery.action in CHANGES:
        return  # heard of late; what is under way now goes on
    delivery.had_failed = False
    _contents(delivery, event)
    if len(delivery.parts) >= delivery.parts_total:
        gone = all(part.withdrawn for part in delivery.parts.values())
        _settle(delivery, "withdrawn" if gone else "published")
        delivery.retried_at = None
    elif delivery.phase == "in_doubt" and event["type"] == "published":
        if delivery.doubtful == number:
            delivery.doubtful = delivery.missing
        return  # heard of late: the doubt stays, whatever is next
    else:
        delivery.phase, delivery.doubtful = delivery.standing or "partial", None
    delivery.error = delivery.reason = delivery.candidates = None


def _twice(delivery: DeliveryState, event: dict[str, Any], urls: list[str]) -> None:
    """Of a thread that is there twice one part is asked about: the others stay what they are."""
    if delivery.phase == "in_doubt":
        delivery.candidates = [*(delivery.candidates or []), *urls]
    else:
        _in_doubt(delivery, event | {"reason": "it is there twice", "candidates": urls})


def _updated(delivery: DeliveryState, event: dict[str, Any]) -> None:
    """Without a part, or with the last one there is, the update is done."""
    number = event.get("part", 1)
    at = event.get("published_at") or event["recorded_at"]
    part = delivery.parts.setdefault(number, PartState(number, published_at=at))
    part.remote_id = event.get("remote_id", part.remote_id)
    part.url = event.get("url", part.url)
    part.extra = part.extra | (event.get("extra") or {})
    if "part" in event and number < min(delivery.parts_total, event.get("parts", number + 1)):
        return
    _contents(delivery, (delivery.claim or {}) | event)
    delivery.perhaps_changed = None
    _settle(delivery, "published")
    delivery.error = delivery.reason = None


def _withdrawn(delivery: DeliveryState, event: dict[str, Any]) -> None:
    """Without a part, all of them are gone."""
    for number in [event["part"]] if "part" in event else list(delivery.parts) or [1]:
        part = PartState(number, published_at=event["recorded_at"])
        delivery.parts.setdefault(number, part).withdrawn = True
    if not delivery.live:
        delivery.scheduled_id = None
        _settle(delivery, "withdrawn")
        delivery.error = delivery.reason = delivery.retried_at = None


def _failed(delivery: DeliveryState, event: dict[str, Any]) -> None:
    if delivery.claim and delivery.action == "update":
        # What was refused counts as seen: the same update is not tried again.
        _contents(delivery, delivery.claim | event)
        delivery.perhaps_changed = None
    elif not delivery.complete:
        _contents(delivery, event)
    delivery.was_not_sent(event)
    _settle(delivery, delivery.standing or "failed")
    delivery.error = event.get("error") or event.get("reason")
    delivery.retried_at = None


def _deferred(delivery: DeliveryState, event: dict[str, Any]) -> None:
    delivery.was_not_sent(event)
    _perhaps_changed(delivery, event)
    _settle(delivery, delivery.standing or "deferred")
    delivery.until = event.get("until")
    delivery.reason = event.get("reason") or event.get("error")


def _released(delivery: DeliveryState, event: dict[str, Any]) -> None:
    delivery.was_not_sent(event)
    _perhaps_changed(delivery, event)
    _settle(delivery, delivery.standing or ("partial" if delivery.parts else "released"))
    delivery.reason = event.get("reason")


def _perhaps_changed(delivery: DeliveryState, event: dict[str, Any]) -> None:
    """An update that came to nothing, or that was given up behind a part that was changed."""
    begun = not event.get("unsent") or event.get("part", 1) > 1
    if delivery.claim and delivery.action == "update" and begun:
        delivery.perhaps_changed = delivery.claim


def _skipped(delivery: DeliveryState, event: dict[str, Any]) -> None:
    if not delivery.complete:
        _contents(delivery, event)
    _settle(delivery, delivery.standing or "skipped")
    delivery.reason = event.get("reason")
    delivery.retried_at = None


def _in_doubt(delivery: DeliveryState, event: dict[str, Any]) -> None:
    number = event.get("part", 1)
    known = delivery.parts.get(number)
    changing = delivery.claim is not None and delivery.action in CHANGES
    delivery.doubted = delivery.claim if _of_the_dead(delivery, event) else None
    _settle(delivery, "in_doubt")
    delivery.doubtful = number
    delivery.again_at = None
    delivery.scheduled_id = None  # whatever waits there: it is for a person to look at
    if not (changing or (known and known.withdrawn)):  # doubt about a change leaves what is there
        gone = delivery.parts.pop(number, None)  # accepted, it seemed, and not kept
        delivery.dropped = gone.remote_id if gone else None
    delivery.error = event.get("error")
    delivery.reason = event.get("reason")
    delivery.candidates = event.get("candidates")


def _resolved(delivery: DeliveryState, event: dict[str, Any]) -> None:
    delivery.had_failed = False
    if event.get("outcome") == "published":
        delivery.claim = None
        _published(delivery, event)
        if delivery.phase == "partial" and delivery.doubted is not None:
            delivery.claim, delivery.phase = delivery.doubted, "claimed"  # what about the rest?
    else:
        delivery.scheduled_id = None
        if delivery.action == "withdraw" and (part := delivery.parts.get(event.get("part", 1))):
            part.withdrawn = True
        _released(delivery, event)
        delivery.error = delivery.candidates = None


def _retried(delivery: DeliveryState, event: dict[str, Any]) -> None:
    delivery.retried_at = event["recorded_at"]
    delivery.error = delivery.reason = delivery.until = delivery.candidates = None
    delivery.doubted = None
    if delivery.claim is not None:
        return
    delivery.had_failed = False
    if delivery.phase in ("published", "withdrawn"):
        _new_generation(delivery, event["generation"])
    else:
        delivery.phase = delivery.standing or ("partial" if delivery.parts else "released")


def _looked(delivery: DeliveryState, _: dict[str, Any]) -> None:
    delivery.again_at = None


# --------------------------------------------------------------------------- handed over ahead


def _scheduled(delivery: DeliveryState, event: dict[str, Any]) -> None:
    if delivery.parts:  # heard of late: something of it is there
        _released(delivery, event)
        return
    delivery.scheduled_id = event.get("scheduled_id", "")
    _contents(delivery, event)
    _settle(delivery, "scheduled")
    delivery.error = delivery.reason = delivery.refused_due = None


def _unscheduled(delivery: DeliveryState, event: dict[str, Any]) -> None:
    """It does not wait there any more, or never did, and was not published."""
    delivery.scheduled_id = None
    if event.get("refused"):
        delivery.refused_due = event.get("due_at", delivery.due_at)
    _released(delivery, event)


# --------------------------------------------------------------------------- moves they share


def _settle(delivery: DeliveryState, phase: Phase) -> None:
    delivery.claim = delivery.doubtful = None
    delivery.phase = phase


def _of_the_dead(delivery: DeliveryState, event: dict[str, Any]) -> bool:
    """Whether the open claim is, or goes back to, that of a run other than the event's."""
    claim = delivery.claim
    return claim is not None and (delivery.inherited or claim["run"] != event["run"])


def _new_generation(delivery: DeliveryState, number: int) -> None:
    """Start over: other keys, nothing published."""
    delivery.generation = number
    delivery.attempt = 0
    delivery.phase = "new"
    delivery.claim = delivery.action = delivery.doubted = None
    delivery.parts, delivery.keys, delivery.part_since, delivery.prepared = {}, {}, {}, {}
    delivery.first_claim_at = delivery.published_at = delivery.lateness = None
    delivery.scheduled_id = delivery.refused_due = delivery.again_at = None
    delivery.perhaps_changed, delivery.had_failed = None, False


_ON_DELIVERY: dict[str, Callable[[DeliveryState, dict[str, Any]], None]] = {
    "claimed": _claimed,
    "handle": _handle,
    "scheduled": _scheduled,
    "unscheduled": _unscheduled,
    "published": _published,
    "updated": _updated,
    "withdrawn": _withdrawn,
    "failed": _failed,
    "deferred": _deferred,
    "released": _released,
    "skipped": _skipped,
    "in_doubt": _in_doubt,
    "resolved": _resolved,
    "adopted": _published,
    "retried": _retried,
    "looked": _looked,
}
