"""The simulated national portal: its answers, and checks of what it is sent."""
