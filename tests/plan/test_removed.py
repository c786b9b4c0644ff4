"""What is deleted because its file is gone, and what is kept because nobody can be sure of that."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from postops.plan import Action, Files, Waiting, iso, make_plan, with_renames
from tests.plan.test_decide import CLAIM, NOW, published, state_of, terms, wish

GONE = "withdraw"
OTHER = {"posts/other.md": "b9"}
WRONG = "yaml-tag in posts/b.md:2:1: no tags"


def told(files: Files, **new: object) -> tuple[str, str]:
    """What becomes of a published post that no file asks for, and the words for it."""
    state = state_of(CLAIM, published(1), published(2))
    wishes = [wish(delivery="b@main", post="b", path="posts/b.md", **new)] if new else []
    plan = make_plan(with_renames(wishes, state, files.blobs), state, terms(files=files))
    [found] = [one for one in (*plan.actions, *plan.waiting) if one.delivery == "a@main"]
    if isinstance(found, Action):
        return found.action, ""
    assert isinstance(found, Waiting)
    return found.reason, found.detail or ""


def test_what_has_no_file_any_more_is_deleted_where_the_post_said_so() -> None:
    assert told(Files(OTHER)) == (GONE, "")
    kept = [published(n, on_remove="keep") for n in (1, 2)]
    plan = make_plan([], state_of(CLAIM, *kept), terms(files=Files(OTHER)))
    assert (plan.actions, plan.waiting) == ((), ())


def test_what_is_also_another_post_is_not_deleted() -> None:
    """Two posts of the same words, of which a run died: both were found in the one that is there."""
    other = {"delivery": "b@main", "path": "posts/b.md"}
    twin = [{**CLAIM, **other}, published(1, **other, remote_id="r1")]
    state = state_of(CLAIM, published(1), published(2), *twin)
    plan = make_plan([wish(delivery="b@main", post="b")], state, terms(files=Files(OTHER)))
    [kept] = [one for one in plan.waiting if one.delivery == "a@main"]
    assert (kept.reason, kept.detail) == (
        "removed",
        "what is there is also b: `postops withdraw` deletes it",
    )
    elsewhere = [{**event, "delivery": "b@other", "account": "other"} for event in twin]
    state = state_of(CLAIM, published(1), published(2), *elsewhere)
    plan = make_plan([], state, terms(files=Files(OTHER)))
    assert GONE in {one.action for one in plan.actions if one.delivery == "a@main"}


@pytest.mark.parametrize(("until", "left"), [(NOW, "actions"), (NOW + timedelta(1), "waiting")])
def test_deleting_waits_where_the_platform_asked_for_it(until: datetime, left: str) -> None:
    later = {**CLAIM, "type": "deferred", "until": iso(until)}
    state = state_of(CLAIM, published(1), published(2), later)
    plan = make_plan([], state, terms(files=Files(OTHER)))
    [found] = getattr(plan, left)
    assert (getattr(found, "action", None) or found.reason) in (GONE, "deferred")


def test_what_its_file_does_not_name_any_more_is_deleted() -> None:
    assert told(Files({"posts/a.md": "b2"})) == (GONE, "")


@pytest.mark.parametrize(
    ("files", "reason", "says"),
    [
        pytest.param(
            Files({"posts/a.md": "b2"}, {"posts/a.md": WRONG}, frozenset({"posts/a.md"})),
            "invalid",
            WRONG,
            id="its file cannot be read",
        ),
        pytest.param(
            Files({"posts/a.md": "b2"}, {"posts/a.md": "unknown-account"}),
            "invalid",
            "unknown-account",
            id="its file names an account wrongly",
        ),
        pytest.param(
            Files({"posts/b.md": "b2"}, {"posts/b.md": WRONG}, frozenset({"posts/b.md"})),
            "invalid",
            f"it may be posts/b.md: {WRONG}",
            id="another file cannot be read",
        ),
        pytest.param(
            Files({"posts/a.md": "b1"}),
            "removed",
            "its file is as it was: `postops withdraw` deletes it all the same",
            id="only the configuration takes it away",
        ),
    ],
)
def test_a_mistake_is_no_wish_to_delete(files: Files, reason: str, says: str) -> None:
    assert told(files) == (reason, says)


def test_a_mistake_in_another_posts_file_holds_nothing_up() -> None:
    assert told(Files(OTHER, {"posts/other.md": "text-too-long"})) == (GONE, "")


def test_a_renamed_post_is_not_deleted() -> None:
    found = told(Files({"posts/b.md": "b1"}), source="sha256:s1")
    assert found == ("renamed", "posts/b.md looks like it: `id: a` there says that it is")
    assert told(Files({"posts/b.md": "b7"}), source="sha256:s7", blob="b7") == (GONE, "")


def dying(**claim: object) -> dict:
    """The claim of a run that died at a deletion."""
    return {
        **CLAIM,
        "action": GONE,
        "id": "W",
        "recorded_at": iso(NOW - timedelta(hours=3)),
        **claim,
    }


def test_a_deletion_a_run_died_at_is_only_finished_while_it_is_wished() -> None:
    state = state_of(CLAIM, published(1), published(2), dying())
    [found] = make_plan([], state, terms(files=Files(OTHER))).actions
    assert found.action == "reconcile"
    renamed = wish(delivery="b@main", post="b", path="posts/b.md")
    plan = make_plan(with_renames([renamed], state, ["posts/b.md"]), state, terms())
    [asked] = plan.actions  # what became of it
    assert (asked.action, asked.delivery) == ("reconcile", "a@main")
    assert "posts/b.md looks like it" in (asked.kept or "")
    [back] = make_plan([wish()], state, terms()).actions
    assert back.action == "reconcile"  # to ask what became of it


def test_what_a_person_asked_to_delete_is_finished_whatever_the_files_say() -> None:
    state = state_of(CLAIM, published(1), published(2), dying(by="postops withdraw"))
    renamed = wish(delivery="b@main", post="b", path="posts/b.md")
    plan = make_plan(with_renames([renamed], state, ["posts/b.md"]), state, terms())
    assert ("a@main", "reconcile") in {(one.delivery, one.action) for one in plan.actions}
