"""The simulated post: its answers, and checks of what it is sent."""
