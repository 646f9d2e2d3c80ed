"""The simulated one-stop system: its answers, and checks of what it is sent."""
