"""The embedded PostgreSQL: its programs come with a wheel, we run them as our own child."""
