"""What the connectors share: transport, retries, limits, sessions, outcomes, XML."""
