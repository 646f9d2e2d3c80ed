"""Cases in buckets: so many at once as memory allows, and what the rules said of them."""
