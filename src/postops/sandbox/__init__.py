"""The sandbox: emulated platforms to publish to when nothing real may be touched.

Every package in this room is one platform, written from the platform's own documents and never
from our adapters, so that a misreading on one side cannot hide on the other. `world` holds all
state, `app` answers HTTP in process, `serve` answers it on loopback, `page` shows what was posted.
"""
