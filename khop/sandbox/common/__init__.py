"""What all simulated systems share, simulated faults included."""
