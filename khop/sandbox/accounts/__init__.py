"""The accounts and the addresses that each simulated system knows.

Both the systems and the khop.toml of the sandbox are made from them. The secrets guard invented
data on a loopback address.
"""
