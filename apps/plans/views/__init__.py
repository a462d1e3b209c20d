"""Pages about plans: what anyone reads, and what those who write terms work with."""
