"""What a person decides: resolve, retry, adopt, withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.cli._verdicts import refuse, split, who
from postops.errors import ConfigError
from postops.ledger.state import DeliveryState
from tests.cli.site import post

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.fixture
def doubtful(bare_site: Site) -> Site:
    """A post to X whose outcome nobody knows: the answer was lost, and so is the list of posts."""
    site = bare_site
    site.configure(("bird",))
    site.merge({"posts/a.md": post("Is it there?")})
    site.fault("bird", when="before", effect="drop", times=9)
    return site


def test_names_are_split_at_their_last_at() -> None:
    assert split("a@b@sky") == ("a@b", "sky")
    for name in ("a", "a@", "@sky"):
        with pytest.raises(ConfigError, match="is no delivery"):
            split(name)


def test_a_verdict_is_somebodys() -> None:
    assert who()


def test_a_phase_the_command_is_not_for() -> None:
    done = DeliveryState("a@sky", "a", "sky", phase="in_doubt")
    refuse(done, "resolve", phases={"in_doubt"}, instead="x")
    with pytest.raises(ConfigError, match="a@sky is in-doubt: nothing to retry") as caught:
        refuse(done, "retry", phases={"failed"}, instead="resolve it")
    assert caught.value.help == "resolve it"


@pytest.mark.parametrize(
    "args", [("resolve", "a@sky", "--not-published"), ("retry", "a@sky"), ("adopt", "zz@sky")]
)
def test_deliveries_nobody_knows(bare_site: Site, args: tuple[str, ...]) -> None:
    bare_site.configure(("sky",))
    ran = bare_site.run(*args)
    assert (ran.code, ran.out) == (2, "")
    assert "postops status lists" in ran.err
