"""The rule about the language a post says it is in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from postops.diagnostics import Severity
from postops.policy.registry import Problem, rule
from postops.reading.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.policy.subjects import OnPost

# The two-letter codes of ISO 639-1.
_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id
ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu
lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu
rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to
tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
# The codes of ISO 639-2, terminological and bibliographic, of the languages that have two letters.
# By RFC 5646 the shortest code is the one to use, and Mastodon knows no other.
_SHORTER = """
aar=aa abk=ab afr=af aka=ak alb=sq amh=am ara=ar arg=an arm=hy asm=as ava=av ave=ae aym=ay aze=az
bak=ba bam=bm baq=eu bel=be ben=bn bis=bi bod=bo bos=bs bre=br bul=bg bur=my cat=ca ces=cs cha=ch
che=ce chi=zh chu=cu chv=cv cor=kw cos=co cre=cr cym=cy cze=cs dan=da deu=de div=dv dut=nl dzo=dz
ell=el eng=en epo=eo est=et eus=eu ewe=ee fao=fo fas=fa fij=fj fin=fi fra=fr fre=fr fry=fy ful=ff
geo=ka ger=de gla=gd gle=ga glg=gl glv=gv gre=el grn=gn guj=gu hat=ht hau=ha heb=he her=hz hin=hi
hmo=ho hrv=hr hun=hu hye=hy ibo=ig ice=is ido=io iii=ii iku=iu ile=ie ina=ia ind=id ipk=ik isl=is
ita=it jav=jv jpn=ja kal=kl kan=kn kas=ks kat=ka kau=kr kaz=kk khm=km kik=ki kin=rw kir=ky kom=kv
kon=kg kor=ko kua=kj kur=ku lao=lo lat=la lav=lv lim=li lin=ln lit=lt ltz=lb lub=lu lug=lg mac=mk
mah=mh mal=ml mao=mi mar=mr may=ms mkd=mk mlg=mg mlt=mt mon=mn mri=mi msa=ms mya=my nau=na nav=nv
nbl=nr nde=nd ndo=ng nep=ne nld=nl nno=nn nob=nb nor=no nya=ny oci=oc oji=oj ori=or orm=om oss=os
pan=pa per=fa pli=pi pol=pl por=pt pus=ps que=qu roh=rm ron=ro rum=ro run=rn rus=ru sag=sg san=sa
sin=si slk=sk slo=sk slv=sl sme=se smo=sm sna=sn snd=sd som=so sot=st spa=es sqi=sq srd=sc srp=sr
ssw=ss sun=su swa=sw swe=sv tah=ty tam=ta tat=tt tel=te tgk=tg tgl=tl tha=th tib=bo tir=ti ton=to
tsn=tn tso=ts tuk=tk tur=tr twi=tw uig=ug ukr=uk urd=ur uzb=uz ven=ve vie=vi vol=vo wel=cy wln=wa
wol=wo xho=xh yid=yi yor=yo zha=za zho=zh zul=zu
"""


@cache
def _codes() -> frozenset[str]:
    return frozenset(_CODES.split())


@cache
def _shorter() -> dict[str, str]:
    return dict(pair.split("=") for pair in _SHORTER.split())


@rule("PO109", "unknown-language", severity=Severity.WARNING, on="post", since="0.1")
def unknown_language(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds two-letter language tags that are no language, and three-letter ones of languages that have
    two letters.

    ## Why
    Readers filter by language: a post in a language that does not exist is shown to nobody who
    does, and servers refuse or drop it.

    ## Example
    ```markdown
    ---
    language: jp
    ---
    ```

    ## Fix
    Write the code of ISO 639-1: Japanese is `ja`, Ukrainian `uk`, Czech `cs`, Danish `da`. A language
    without one has three letters: `ast`, `ckb`.
    """
    post = given.post
    asked = [(post.language, post.span("language"))] if post.language else []
    for key, override in post.overrides.items():
        if override.language:
            asked.append((override.language, post.span("platforms", key, "language")))
    for language, span in asked:
        code, dash, rest = language.partition("-")
        if len(code) == 2 and code not in _codes():
            message = f"{show(language)} is not the code of a language"
            yield Problem(span, message, "write a code of ISO 639-1 such as `en` or `pt-BR`")
        elif shorter := _shorter().get(code):
            message = f"{show(language)} is not known to every platform"
            yield Problem(span, message, f"write {show(shorter + dash + rest)}")
