"""The simulated population database: its answers, and checks of what it is sent."""
