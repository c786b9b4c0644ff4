"""Sections: blocks joined to as few runs as can be, and where each began."""

from __future__ import annotations

from postops.render.flow import Block, Image, Mark, Words, merged, section

LINK = Words("here", "https://e.org")
IMAGE = Image("a.png", "A", 2, 0)


def test_texts_between_links_are_one_run():
    one = section([Block("", ("a",), 0), Block("\n\n", ("b", LINK, "c"), 2), Block("\n", ("d",), 3)], [], 0)  # fmt: skip
    assert one.runs == ("a\n\nb", LINK, "c\nd")


def test_marks_say_where_each_block_begins_in_the_runs():
    one = section([Block("", ("a",), 4), Block("\n\n", ("b", LINK, "c"), 6), Block("\n", ("d",), 7)], [], 4)  # fmt: skip
    assert one.marks == (Mark(0, 0, 4), Mark(0, 3, 6), Mark(2, 2, 7))
    assert [one.runs[mark.run][mark.offset :] for mark in one.marks] == ["a\n\nb", "b", "d"]


def test_a_block_that_begins_with_a_link_begins_after_what_stands_before_it():
    one = section([Block("", (LINK,), 0), Block("\n\n", (LINK, " end"), 2)], [], 0)
    assert one.runs == (LINK, "\n\n", LINK, " end")
    assert one.marks == (Mark(0, 0, 0), Mark(1, 2, 2))


def test_links_side_by_side_have_no_empty_run_between_them():
    assert section([Block("", (LINK, LINK), 0)], [], 0).runs == (LINK, LINK)


def test_nothing_is_no_run_and_images_are_kept():
    one = section([], [IMAGE], 5)
    assert (one.runs, one.marks, one.images, one.line) == ((), (), (IMAGE,), 5)


def test_merging_puts_a_blank_line_between_and_keeps_every_image_and_line():
    first = section([Block("", ("a",), 1)], [IMAGE], 1)
    other = section([Block("", (LINK, "b"), 5)], [IMAGE._replace(path="b.png")], 5)
    one = merged([first, other])
    assert one.runs == ("a\n\n", LINK, "b")
    assert [image.path for image in one.images] == ["a.png", "b.png"]
    assert (one.line, [mark.line for mark in one.marks]) == (1, [1, 5])


def test_a_section_of_images_alone_leaves_no_blank_line():
    empty, text = section([], [IMAGE], 0), section([Block("", ("a",), 4)], [], 4)
    assert merged([empty, text]).runs == ("a",)
    assert merged([text, empty]).runs == ("a",)
    assert merged([empty, text, text]).runs == ("a\n\na",)
