"""Finding URLs in text by the grammar X publishes as twitter-text, which Mastodon counts by too.

Own, compact and slightly coarser: the generic top-level domains are those posts really use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_COUNTRY_TLDS = """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw
by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et
eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id
ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu
lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np
nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj
sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us
uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
"""
_GENERIC_TLDS = """
academy aero agency app art asia audio bank beer berlin bike bio biz blog book bot build business
cafe camera camp capital care careers cat chat church city cloud club codes coffee college com
community company computer consulting cooking coop courses dance data date day deals design dev
digital directory dog download earth edu education email energy engineer engineering events expert
express family farm fashion film finance fit foundation fun fund fyi gallery game games garden gift
global gmbh gov green group guide guru health help hosting hotel house info ink institute int
international jobs land law legal life link live lol london love ltd market marketing mba media
menu mil mobi moe mov museum music name net network new news ngo ninja one online org page paris
partners party photo photography photos pics pizza plus poker post press pro products productions
properties pub quest radio recipes red rest review reviews rip rocks run sale school science shop
show site ski social software solar solutions space storage store stream studio style support
surf systems tax team tech technology tel tips today tools top tours town toys trade training
travel tube university vet video vip wiki win wine work works world wtf xyz yoga zip zone
"""

_PATH_CHAR = r"[a-z0-9!*';:=+,.$/%#\[\]\-_~@|&Ѐ-ӿÀ-ÿ]"
_BALANCED = rf"\((?:{_PATH_CHAR}|\({_PATH_CHAR}+\))+\)"
_PATH_END = r"[a-z0-9=_#/+\-Ѐ-ӿÀ-ÿ]"
_PATH = rf"/(?:(?:{_PATH_CHAR}|{_BALANCED})*(?:{_PATH_END}|{_BALANCED}))?"
_QUERY = r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/]"


@dataclass(frozen=True, slots=True)
class Link:
    """A URL in a text, in code points, end exclusive."""

    start: int
    end: int
    url: str


def find_links(text: str, *, scheme_required: bool) -> list[Link]:
    """List the URLs in a text, in order."""
    return [
        Link(match.start("url"), match.end("url"), match["url"])
        for match in _pattern().finditer(text)
        if match["scheme"] or not scheme_required
    ]


@cache
def _pattern() -> re.Pattern[str]:
    tlds = "|".join(sorted((_COUNTRY_TLDS + _GENERIC_TLDS).split(), key=len, reverse=True))
    label = r"[a-z0-9À-ÿ](?:[a-z0-9À-ÿ_-]*[a-z0-9À-ÿ])?"
    domain = rf"(?:{label}\.)+(?:{tlds}|xn--[a-z0-9-]+)(?![a-z0-9À-ÿ@-])"
    return re.compile(
        # Not glued to a word, a handle or a hashtag; a bare domain not to "-", "." or "/" either,
        # which also keeps the search from starting anew at every label of a long one.
        rf"(?<![a-z0-9@＠$#＃_À-ÿ])(?P<url>(?:(?P<scheme>https?://)|(?<![-./]))"
        rf"{domain}(?::[0-9]+)?(?:{_PATH})?(?:{_QUERY})?)",
        re.IGNORECASE,
    )
