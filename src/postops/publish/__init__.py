"""Carry out a plan: claim before, receipt after. The only room that retries.

`run.Run.carry_out` is the way in. Read `run.py` for the rounds and lanes, `send.py` for one
delivery, `settle.py` for what happens when nobody knows whether it was sent.
"""
