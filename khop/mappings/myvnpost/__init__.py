"""MyVNPost: a parcel's events to records."""
