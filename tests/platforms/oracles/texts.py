"""Texts to compare with a reference: random, from a seed, rich in what detection trips over."""

from __future__ import annotations

import random


def _pieces(line: str) -> list[str]:
    return line.split(" ")


_WORDS = _pieces(
    "a b foo Bar release notes now v1.2.3 x y z rt RT 2026 3.14 e.g. etc. node.js README.md setup.py "
    "com net org io co.uk app dev ai me md xn--p1ai xn-- .com test localhost"
)
_DOMAINS = _pieces(
    "example.com Example.COM sub.example.co.uk a.co t.co x.y.z.io my-site.dev my_site.dev "
    "under_score.example.org _x.com a-.com -a.com foo..com foo.notatld xn--80ak6aa92e.com "
    "beispiel.vermögensberatung пример.рф 例え.テスト 例子.中国 中文.中文网 münchen.de café.fr httpbin.org "
    "example.com.br example.comé example.com中 example.org_b a.com.b_c.com kids.amazon foo.music "
    "1.2.3.4 3.com 日本.com bob.test alice.bsky.social"
)
_SCHEMES = ["http://", "https://", "HTTP://", "hTTps://", "https:/", "ftp://", "://", "//", ""]
_TAILS = _pieces(
    "/ /path /a/b?c=d&e=f#g ?x=1 #frag :8080 :8080/x /foo_(bar) /(a(b)c)d /(x /x) /a,b. /a! /é/ж "
    "/a–b /日本 /?q=%20 /~user/@me/x /@x/ ?x=y. ?? ?x=日 /a/. /a=b= /) /abc123456789 . , ! ) : ; ?"
)
_SIGNS = [
    *"@#$＠＃.,:;!?/\\-_()[]{}<>'\"`~|&%*+=^ ",
    "\n",
    "\r\n",
    "\t",
    "\u00a0",
    "\u200b",
    "\u200d",
    "\u3000",
    "\ufeff",
    "\u2028",
    "\x85",
    "\x1f",
    "\u200e",
    "\u202a",
    "\u180e",
    "\u00ad",
    "\u20e3",
    "\ufe0f",
    "\ufe0e",
    "、",
    "。",
    "・",
    "—",
    "–",
    "’",
    "…",
    "·",
    "×",
    "™",
    "©",
    "®",
    "\x00",
    "\x7f",
]
_LETTERS = [
    *"aAzZ0159éñßſKıİẞΩжЖשعก한漢かアＡ",
    "e\u0301",
    "\u0301",
    "\u0345",
    "नि",
    "க்ஷ",
    "ᄀ",
    "ᅡ",
    "𐐷",
    "𝒳",
    "𠮷",
]
_EMOJI = _pieces(
    "🚀 👩‍💻 👨‍🚀 👍🏽 👍🏿 🇫🇷 🇫🇷🇩🇪 🇽🇽 🇦 1️⃣ #️⃣ *⃣ ❤️ ❤ ❤︎ ♟️ ♟ ©️ ™️ 👨‍👩‍👧‍👦 👩‍❤️‍💋‍👨 👨‍❤️‍👨 👩‍👦 👨‍👧‍👦 🏳️‍🌈 "
    "🏳️‍⚧️ 🏴‍☠️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁵󠁳󠁴󠁸󠁿 👁‍🗨 🧑‍💻 🫠 🥹 🤷🏽‍♀️ 🤷‍♂️ 🏋️‍♀️ 🏋🏽‍♂️ ☝🏻 ☝️ ✌︎ ⛹️ 🕵️‍♂️ 🧞‍♂️ 🤼‍♀️ 🅰️ 🈂 ㊗️ 〰️ 🏿 ⚕️ ♀️"
)
_TAGS = _pieces(
    "#tag #Tag1 #1 #1a #a1 #_ #_a #日本語 ##x #a#b #é #e\u0301 #タグ・語 #a·b #a-b #a. #a!! #v1.2 #️⃣x "
    "＃全角 #a\u200db #ab://x #https://a.com #😀 #$ #+ #"
    + "x" * 70
    + " #"
    + "é" * 64
    + " $ABC $abc, $TOOLONG $BRK.A $A_B $1 $A’ "
    "$ABCDEF $AB_CD."
)
_HANDLES = _pieces(
    "@bob @bob.test @alice.example.com @bob@mastodon.social @a.b@c.d-e.f @a_b @bob- @bob. @bob-- @.com "
    "@bob.COM @bob@ @bob/list @bob://x @bobé @"
    + "b"
    * 22
    + " ＠bob RT@bob rt:@bob x@y.com @bob.com_ "
    "@élan @bob@例え.jp @" + "d" * 3 + "@" + "e" * 260 + " @bob@x_y.z=@x /@x =@x"
)
_POOLS = [
    (_WORDS, 6),
    (_DOMAINS, 8),
    (_SCHEMES, 5),
    (_TAILS, 6),
    (_SIGNS, 6),
    (_LETTERS, 3),
    (_EMOJI, 4),
    (_TAGS, 4),
    (_HANDLES, 4),
    ([" "], 9),
]


def text(source: random.Random) -> str:
    """One text: pieces glued together, often without a space between."""
    pools = source.choices(
        [pool for pool, _ in _POOLS], [w for _, w in _POOLS], k=source.randint(1, 14)
    )
    return "".join(source.choice(pool) for pool in pools)


def texts(seed: int, count: int) -> list[str]:
    """`count` texts, the same for the same seed."""
    source = random.Random(seed)
    return [text(source) for _ in range(count)]


_POSTS = """
We just released 2.0! Read the notes: https://example.com/blog/2.0?utm_source=x#new
New docs at docs.example.org/guide (thanks @alice and @bob_1) #opensource #docs
Ship it 🚀🚀🚀 — v1.2.3 is out… https://example.org/releases/tag/v1.2.3.
今日は晴れです。詳しくは https://example.jp/天気 をご覧ください #天気
Привет! Новая версия на https://пример.рф/новости?x=1 и example.com #релиз
مرحبا بكم في https://example.com/ar #مرحبا
Check README.md and setup.py, then run main.rs; see node.js docs
Contact: team@example.com or https://example.com/contact?mail=a@b.c
$ACME is up 5% today, $BRK.A too. Not $5 or $TOOLONGNAME
Thread 1/3: why "quotes" and ‘quotes’ matter – (see https://en.example.org/wiki/Foo_(bar))
https://example.com/(a(b)c)/d_(e) and http://example.com:8080/x?y=z&k[]=v
@alice@social.example thanks! cc @bob@xn--80ak6aa92e.com, @carol.
RT @alice: great post! rt:@bob via @carol/list
👩‍💻 + 👨‍🚀 = ❤️ 1️⃣ 2️⃣ 3️⃣ 🇫🇷🇩🇪 👍🏽 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👨‍👩‍👧‍👦 🏴‍☠️ 🤷🏽‍♀️ 🧑‍💻 🏳️‍⚧️
한국어 테스트 #한국어 안녕하세요 @alice.bsky.social
नमस्ते दुनिया #नमस्ते க்ஷ ทดสอบ ภาษาไทย
#1 #1st #v1.2 #_ #a_b #日本 ＃全角 ##double #end.
https://t.co/abc123 https://t.co/abc123?x=1/rest https://t.co/abc-def
HTTPS://EXAMPLE.COM/UP http://user:pass@example.com/ ftp://example.com
example.com, example.org; sub.example.co.uk! (example.net) "example.io" [example.dev]
e\u0301 caf\u00e9 cafe\u0301 ™ © ® … — – “ ” ‘ ’ × ÷ ½
zero\u200bwidth and\u00a0no-break soft\u00adhyphen \u200edirection\u200f
http://a-b.example.com/~me/@you?q=a+b%20c#!/x http://münchen.de/straße
a.b.c.example.museum x.y foo.bar.baz.qux notatld.zzz com .com com. example..com
"""


def posts() -> list[str]:
    """Texts such as people write, with the traps of every network."""
    lines = _POSTS.strip().split("\n")
    return [*lines, "Line one\nLine two https://a.co\r\n#three @four.test\r\n\r\nend"]
