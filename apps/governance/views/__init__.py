"""Pages of the council: what anyone reads, what a seat does, what the treasurer keeps."""
