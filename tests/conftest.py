"""What every test stands on: loopback only, a bare environment, and the rigs' fixtures.

    safety      autouse: no outside connection, no tokens, a fixed time zone
    git         `remote` a bare repository, `repo` a work clone of it with the skeleton
    git_http    `http_backend(remote)` serves one over HTTP
    lighttpd    `web_server(folder)` serves bare repositories as a git host does
    pds.rig     `pds` a real Bluesky server
    uncounted   the mark of tests whose lines are not counted

Write tests against these before writing a double: see the head of each file in tests/rigs.
"""

from hypothesis import settings

pytest_plugins = [
    "pytester",
    "tests.rigs.safety",
    "tests.rigs.git",
    "tests.rigs.git_http",
    "tests.rigs.lighttpd",
    "tests.rigs.pds.rig",
    "tests.rigs.uncounted",
]

# A busy machine is slow, not wrong.
settings.register_profile("postops", deadline=None)
settings.load_profile("postops")
