"""What the rules must find in the world, judged without the engine."""
