"""Writes down how it was called, then behaves as the file STUB says: {"answer", "print", "exit", "hold"}."""

import json
import os
import signal
import sys
import time
from pathlib import Path

arguments = sys.argv[1:]
with Path(os.environ["STUB_CALLS"]).open("a") as stream:
    stream.write(json.dumps(arguments) + "\n")

behaviour = json.loads(Path(os.environ["STUB"]).read_text())
if "flush" in arguments:
    behaviour = {}
if "markdown" in arguments or "sarif" in arguments:
    print(f"summary of {arguments}")
elif "answer" in behaviour:
    print(json.dumps(behaviour["answer"]))
print(behaviour.get("print", ""), file=sys.stderr)

if behaviour.get("hold"):

    def interrupted(*_: object) -> None:
        print("heard the interrupt", file=sys.stderr, flush=True)
        sys.exit(130)

    signal.signal(signal.SIGINT, interrupted)
    print("holding", file=sys.stderr, flush=True)
    time.sleep(20)  # noqa: TID251 - killed by the interrupt the test is about

sys.exit(behaviour.get("exit", 0))
