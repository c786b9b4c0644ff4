"""What other tools do, under the same faults: `python -m tests.simulation.peers --worlds N`.

Three algorithms as their tools have them, written anew and made small: a port of the algorithm, not
the tool. `ports` are the algorithms, `world` the worlds they and the publisher share, `truth` what
the servers say came of it, `figures` the table. Where a tool could be read in two ways, the port
takes the one that does less harm.
"""
