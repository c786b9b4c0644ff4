"""A post that cannot be read any more is not a post that was removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("---\naccounts: [sky\n---\nWords\n", id="no YAML"),
        pytest.param("No front matter at all\n", id="no front matter"),
        pytest.param("---\na: &a 1\n---\nWords\n", id="an alias"),
        pytest.param(post("Words", accounts=["nobody"], on_remove="withdraw"), id="no account"),
    ],
)
def test_a_mistake_in_a_file_deletes_nothing(bare_site: Site, broken: str) -> None:
    site = bare_site
    site.configure(("sky",))
    site.merge({"posts/a.md": post("Words", on_remove="withdraw")})
    assert site.run("publish").code == 0
    site.merge({"posts/a.md": broken})
    ran = site.run("publish")
    assert ran.code == 1, ran.err
    assert site.live("sky") == ["Words"]
    site.merge({"posts/a.md": None})
    assert site.run("publish").code == 0
    assert site.live("sky") == []
