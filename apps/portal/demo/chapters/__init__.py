"""What happens in the demo's story, told through the services the portal itself uses."""
