"""What `manage.py demo` and `manage.py verify` run, and how."""
