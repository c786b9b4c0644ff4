"""One file for each numbered rule of the protocol: a scenario for each of its sentences.

Every test runs the production command on a real remote, real clones and served platforms, and is
named after the sentence it holds. The head of each file says where the proof of every sentence of
its rule is, here or elsewhere. `scene.py` has what a scenario is told with.
"""
