"""The simulated commercial interface of the post: its answers, and checks of what it is sent."""
