"""VNPT's adapter for ministries, simulated: its answers, and checks of what it is sent."""
