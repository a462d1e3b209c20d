"""Many people at once before a whole portal: their forms are made ready, sent at a steady rate, and followed."""
