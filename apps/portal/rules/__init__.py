"""What a family should do next (pure)."""
