"""Real kills: `kill -9` of the production publisher, real git, real servers; then recovery.

    python -m tests.kills --count 50             kill, recover, judge; prints a tally
    python -m tests.kills --seed 7 --cycle 12    one cycle alone

A cycle commits a few posts, starts `postops publish` as a process of its own and kills it: by its
own hand with SIGKILL at a named point (`points.py`), or from outside at a random moment, alone or
together with the git it runs. Following runs of the same command recover; then the judge
(`judge.py`) compares what the platforms show with what was wished and with the ledger.

    points     the table of failpoints
    child      the publisher in its process, its ports watched
    broken     publishers with a guard taken out: the judge has to notice
    zygote     imports once, forks many
    servers    the platforms: the served sandbox, a real Bluesky PDS
    site       a remote, clones, posts
    judge      platform truth against wishes and ledger
    campaign   seasons of cycles, and the tally
    crowd      nobody killed: sixteen publishers at once
"""
