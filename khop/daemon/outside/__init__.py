"""What is seen of the daemon from outside: its addresses, its metrics, how things stand."""
