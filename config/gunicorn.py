"""How the web server runs, in demo and production alike: `gunicorn -c config/gunicorn.py config.wsgi:application`."""

import os
from pathlib import Path

bind = os.environ.get("GONGJI_BIND", "127.0.0.1:8000").split()
worker_class = "gthread"
workers = int(os.environ.get("GONGJI_WEB_WORKERS", "2"))
threads = int(os.environ.get("GONGJI_WEB_THREADS", "4"))
preload_app = True
timeout = 60
keepalive = 75  # longer than nginx keeps an idle connection (60 s), or it would often send into one just closed
graceful_timeout = 5
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn's own heartbeat files
accesslog = "-"
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(b)s bytes %(M)s ms"  # the path without its query, no address, no user
