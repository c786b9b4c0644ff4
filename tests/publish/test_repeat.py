"""Whole runs where nobody can tell: what is sent once more, what never, and what is in doubt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
import pytest

from postops.errors import AuthExpired, NotSent, OutcomeUnknown, Rejected
from postops.ledger.journal import Ledger
from postops.model import Certainty, Finding, Receipt
from postops.plan import Terms as PlanTerms
from postops.plan import Wish, make_plan
from postops.publish.claims import ONCE_MORE
from postops.publish.ports import Login, Result, Terms
from postops.publish.run import Run
from postops.publish.stop import Stop
from tests.ledger.memory_remote import Cloud, MemoryOutbox, MemoryRemote
from tests.ledger.ticking import Ticking
from tests.publish.desks import DELIVERY, Bench, Played

LOST = OutcomeUnknown("no answer came")


@dataclass
class There:
    """What the platform holds. `script` says of each call what goes wrong: before or after it."""

    posts: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    script: list[tuple[str, BaseException] | None] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    names: bool = True
    refuses: bool = True
    keeps_keys: bool = False
    lists: bool = False
    unlisted: set[str] = field(default_factory=set)

    def create(self, outgoing: Any, at: Any) -> Receipt:
        text = outgoing.part.text
        step = self.script.pop(0) if self.script else None
        if step and step[0] == "before":
            raise step[1]
        self.sent.append(text)
        twin = next((name for name, said in self.posts.items() if said == text), None)
        if self.keeps_keys and outgoing.key in self.keys:
            return self.receipt(self.keys[outgoing.key], at)
        if self.refuses and twin:
            receipt = self.receipt(twin, at) if self.names else None
            raise Rejected("you said that already", duplicate=True, receipt=receipt)
        name = f"n{len(self.posts) + 1}"
        self.posts[name] = text
        self.keys[outgoing.key] = name
        if step:
            raise step[1]
        return self.receipt(name, at)

    def receipt(self, name: str, at: Any) -> Receipt:
        return Receipt(name, f"https://p.test/{name}", at)


class Told(Played):
    """A login on what is there."""

    def __init__(self, clock: Ticking, there: There, *certainty: Certainty, **more: Any) -> None:
        super().__init__(clock, certainty=certainty, **more)
        self.there = there

    async def publish(self, outgoing: Any, prepared: Any) -> Receipt:
        return self.there.create(outgoing, self.clock.at)

    async def find(self, outgoing: Any, *, known: frozenset[str]) -> Finding:
        self.there.asked.append(outgoing)
        if not self.there.lists:
            return Finding((), complete=False)
        texts = self.there.posts.items()
        hidden = known | self.there.unlisted
        found = [n for n, text in texts if text == outgoing.part.text and n not in hidden]
        return Finding(tuple(self.there.receipt(name, self.clock.at) for name in found))


class Stand:
    """Runs of one post on such a platform; each on a new machine."""

    def __init__(self, *certainty: Certainty, **more: Any) -> None:
        self.clock, self.cloud, self.there = Ticking(), Cloud(), There()
        self.certainty, self.more = certainty, more
        self.terms = Terms()
        self.text = "Part 1"
        self.ledger: Ledger | None = None
        self.runs = 0
        self.logged_in = True

    def load(self, delivery: str, commit: str | None = None) -> Any:
        bench = Bench(None, None, None, self.clock, self.cloud)  # type: ignore[arg-type]
        loaded = bench.loaded
        [part] = loaded.message.parts
        text, digest = (self.text, f"sha256:{self.text}") if commit is None else _of(commit)
        message = loaded.message._replace(parts=(part._replace(text=text),), digest=digest)
        return loaded._replace(message=message, commit=f"c:{text}")

    async def run(self) -> Result | None:
        self.runs += 1
        outbox = MemoryOutbox()
        ledger = await Ledger.open(MemoryRemote(self.cloud), outbox, self.clock, f"r{self.runs}")
        self.ledger = ledger
        due = self.clock.at if self.runs == 1 else self.due
        self.due = due

        def plan() -> Any:
            wish = Wish(
                DELIVERY, "a", "acme", "played", "posts/a.md", "b1", "c", due,
                source=self.text, payload=f"sha256:{self.text}",
            )  # fmt: skip
            terms = PlanTerms(now=self.clock.at, platforms={"acme": "played"})
            return make_plan([wish], ledger.state, terms)

        login = Login(Told(self.clock, self.there, *self.certainty, **self.more))
        run = Run(
            ledger=ledger,
            logins={"acme": login} if self.logged_in else {},
            loader=self,
            replan=plan,
            clock=self.clock,
            terms=self.terms,
            stop=Stop(),
        )
        results = await run.carry_out(plan())
        return results[0] if results else None

    @property
    def phase(self) -> str:
        assert self.ledger is not None
        return self.ledger.state.delivery(DELIVERY).phase

    @property
    def events(self) -> list[dict[str, Any]]:
        lines = [
            ln for _, data in sorted(self.cloud.head.files.items()) for ln in data.splitlines()
        ]
        return [orjson.loads(line) for line in lines if line.startswith(b"{")]

    @property
    def reasons(self) -> list[str | None]:
        """Of the claims, in order."""
        return [e.get("reason") for e in self.events if e.get("type") == "claimed"]

    def later(self, **span: float) -> None:
        self.clock.pause(timedelta(**span).total_seconds())


def _of(commit: str) -> tuple[str, str]:
    text = commit.removeprefix("c:")
    return text, f"sha256:{text}"


class Dead(BaseException):
    """The machine is gone."""


DUPLICATE = (Certainty.DUPLICATE_REJECTION,)

# ------------------------------------------------------------------------ duplicate rejection


async def test_what_arrived_is_adopted_by_the_name_the_refusal_gives() -> None:
    on = Stand(*DUPLICATE)
    on.there.script = [("after", LOST)]
    result = await on.run()
    assert result is not None
    assert (result.outcome, result.remote_id) == ("published", "n1")
    assert on.there.sent == ["Part 1"] * 2
    assert on.reasons == [None, ONCE_MORE]
    assert len(on.there.asked) == 2  # two misses come first
    assert await on.run() is None


async def test_what_never_arrived_is_sent() -> None:
    on = Stand(*DUPLICATE)
    on.there.script = [("before", LOST)]
    result = await on.run()
    assert result is not None
    assert (result.outcome, list(on.there.posts)) == ("published", ["n1"])
    assert on.there.sent == ["Part 1"]


async def test_a_refusal_without_a_name_is_in_doubt() -> None:
    on = Stand(*DUPLICATE)
    on.there.script, on.there.names = [("after", LOST)], False
    result = await on.run()
    assert result is not None
    assert result.outcome == on.phase.replace("_", "-") == "in-doubt"
    assert await on.run() is None
    assert on.there.sent == ["Part 1"] * 2


async def test_it_is_sent_once_more_and_never_again() -> None:
    on = Stand(*DUPLICATE)
    on.there.script = [("before", LOST)] * 9
    result = await on.run()
    assert result is not None
    assert result.outcome == "in-doubt"
    assert on.reasons == [None, ONCE_MORE]
    assert await on.run() is None


async def test_words_that_were_edited_since_are_not_repeated() -> None:
    """Where they are not there after all, something would go out that nobody wants any more."""
    on = Stand(*DUPLICATE)
    on.there.script = [("after", Dead())]
    with pytest.raises(Dead):
        await on.run()
    on.text = "Edited since"
    on.later(minutes=25)
    result = await on.run()
    assert result is not None
    assert (result.outcome, on.phase) == ("in-doubt", "in_doubt")
    assert on.there.sent == ["Part 1"]


async def test_after_an_hour_nobody_trusts_the_platform_to_know_it_again() -> None:
    on = Stand(*DUPLICATE)
    on.there.script = [("after", Dead())]
    with pytest.raises(Dead):
        await on.run()
    on.later(hours=2)
    result = await on.run()
    assert result is not None
    assert result.outcome == "in-doubt"
    assert on.there.sent == ["Part 1"]


@pytest.mark.parametrize(
    ("error", "phase"),
    [
        pytest.param(NotSent("no way there"), "claimed", id="not sent"),
        pytest.param(AuthExpired("log in again"), "claimed", id="no login"),
        pytest.param(Rejected("no"), "in_doubt", id="refused"),
    ],
)
async def test_a_repeat_that_fails_never_says_that_nothing_is_there(
    error: BaseException, phase: str
) -> None:
    on = Stand(*DUPLICATE)
    on.there.script = [("after", LOST), *[("before", error)] * 3]
    await on.run()
    assert on.phase == phase
    on.later(minutes=30)
    await on.run()
    assert on.phase == "in_doubt"
    assert list(on.there.posts) == ["n1"]


async def test_a_duplicate_of_something_else_is_a_no() -> None:
    on = Stand(*DUPLICATE)
    on.there.posts["theirs"] = "Part 1"
    result = await on.run()
    assert result is not None
    assert result.outcome == "failed"
    on.there.names = False
    other = Stand(*DUPLICATE)
    other.there = on.there
    result = await other.run()
    assert result is not None
    assert result.outcome == "failed"


async def test_where_the_list_is_complete_it_decides() -> None:
    on = Stand(Certainty.SEARCH, *DUPLICATE)
    on.there.script, on.there.lists = [("after", LOST)], True
    result = await on.run()
    assert result is not None
    assert (result.outcome, on.there.sent) == ("published", ["Part 1"])


# ------------------------------------------------------------------------ an id of our own


class Arriving(list[Any]):
    """The looks so far; what was on its way is there from the third on."""

    def __init__(self, there: There) -> None:
        super().__init__()
        self.there = there

    def append(self, look: Any) -> None:
        super().append(look)
        if len(self) == 3:
            self.there.posts["late"] = look.part.text


async def test_under_an_id_of_our_own_it_is_sent_again_at_once() -> None:
    on = Stand(Certainty.CLIENT_ID)
    on.there.script, on.there.lists = [("before", LOST)], True
    result = await on.run()
    assert result is not None
    assert (result.outcome, on.reasons) == ("published", [None, ONCE_MORE])
    assert on.clock.waited < 59


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_no_to_the_second_says_nothing_of_the_first(arrives: bool) -> None:
    on = Stand(Certainty.CLIENT_ID)
    on.there.script, on.there.lists = [("before", LOST), ("before", Rejected("no"))], True
    on.there.asked = Arriving(on.there) if arrives else []
    result = await on.run()
    assert result is not None
    assert (result.outcome, on.phase) == (("published",) * 2 if arrives else ("failed",) * 2)
    assert on.clock.waited >= 59


# ------------------------------------------------------------------------ idempotency key

KEY = {"idempotency_seconds": 3600}


async def test_without_a_list_the_key_is_used_again_while_it_is_known() -> None:
    on = Stand(Certainty.IDEMPOTENCY_KEY, **KEY)
    on.there.script, on.there.keeps_keys = [("after", LOST)], True
    result = await on.run()
    assert result is not None
    assert (result.outcome, result.remote_id) == ("published", "n1")
    assert list(on.there.posts) == ["n1"]


@pytest.mark.parametrize(
    ("minutes", "outcome"), [(45, "published"), (49, "in-doubt"), (55, "in-doubt")]
)
async def test_the_window_counts_from_the_first_claim_with_a_margin(
    minutes: int, outcome: str
) -> None:
    on = Stand(Certainty.IDEMPOTENCY_KEY, **KEY)
    on.there.script, on.there.keeps_keys = [("after", Dead())], True
    with pytest.raises(Dead):
        await on.run()
    on.later(minutes=minutes)
    result = await on.run()
    assert result is not None
    assert result.outcome == outcome
    assert list(on.there.posts) == ["n1"]


async def test_a_key_is_not_trusted_where_there_is_a_list() -> None:
    on = Stand(Certainty.IDEMPOTENCY_KEY, Certainty.SEARCH, **KEY)
    on.there.script, on.there.keeps_keys = [("after", LOST)], True
    result = await on.run()
    assert result is not None
    assert result.outcome == "in-doubt"
    assert on.there.sent == ["Part 1"]


@pytest.mark.parametrize("twins", [0, 1])
async def test_a_server_that_ignores_the_key_is_found_out(twins: int) -> None:
    on = Stand(Certainty.IDEMPOTENCY_KEY, Certainty.SEARCH, **KEY)
    on.there.lists, on.there.refuses = True, False
    on.there.script = [("before", LOST)]
    real = on.there.create

    def create(outgoing: Any, at: Any) -> Receipt:
        receipt = real(outgoing, at)
        if twins:  # the lost one came in after all
            on.there.posts["late"] = outgoing.part.text
        return receipt

    on.there.create = create  # type: ignore[method-assign]
    result = await on.run()
    assert result is not None
    assert result.outcome == ("in-doubt" if twins else "published")
    assert on.ledger is not None
    candidates = on.ledger.state.delivery(DELIVERY).candidates
    assert candidates == (["https://p.test/n1", "https://p.test/late"] if twins else None)


async def test_a_second_look_that_fails_takes_nothing_back() -> None:
    on = Stand(Certainty.IDEMPOTENCY_KEY, Certainty.SEARCH, **KEY)
    on.there.lists, on.there.refuses = True, False
    on.there.script = [("before", LOST)]
    real = on.there.receipt

    def gone(name: str, at: Any) -> Receipt:
        if len(on.there.asked) > 3:  # three looks before the key is used again
            raise NotSent("no way there")
        return real(name, at)

    on.there.receipt = gone  # type: ignore[method-assign]
    result = await on.run()
    assert result is not None
    assert result.outcome == "published"
    assert len(on.there.asked) == 4


async def test_what_a_list_shows_by_now_is_not_sent_again() -> None:
    """It lagged more than the platform says: what was proven absent is there after all."""
    on = Stand(Certainty.SEARCH)
    on.there.lists, on.there.refuses = True, False
    on.there.script = [("before", LOST)]
    on.there.asked = Arriving(on.there)
    result = await on.run()
    assert result is not None
    assert (result.outcome, result.remote_id) == ("published", "late")
    assert on.there.sent == []


async def test_a_hint_at_a_duplicate_proves_nothing_where_duplicates_are_taken() -> None:
    on = Stand(Certainty.IDEMPOTENCY_KEY, Certainty.SEARCH, **KEY)
    on.there.posts["n0"], on.there.names = "Part 1", False
    result = await on.run()
    assert result is not None
    assert result.outcome == "in-doubt"


# ------------------------------------------------------------------------ handle


async def test_without_a_handle_in_the_ledger_nothing_was_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def dies(self: Any, outgoing: Any) -> Any:
        raise Dead

    on = Stand(Certainty.HANDLE)
    with monkeypatch.context() as patched:
        patched.setattr(Told, "prepare", dies)
        with pytest.raises(Dead):
            await on.run()
    on.later(minutes=25)
    result = await on.run()
    assert result is not None
    assert (result.outcome, on.there.asked) == ("published", [])


async def test_the_handle_of_a_dead_claim_is_what_is_asked_for() -> None:
    on = Stand(Certainty.HANDLE)
    on.there.script, on.there.lists = [("after", Dead())], True
    with pytest.raises(Dead):
        await on.run()
    on.later(minutes=25)
    result = await on.run()
    assert result is not None
    assert (result.outcome, on.there.sent) == ("published", ["Part 1"])
    assert [asked.handle for asked in on.there.asked] == [{"container": 1}]
