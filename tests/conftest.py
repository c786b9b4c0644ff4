"""What every test stands on: loopback only, a bare environment, and the rigs' fixtures."""

pytest_plugins = ["tests.rigs.pds.rig"]
