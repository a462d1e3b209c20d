"""What Locust runs: parents who press "send" at a steady rate, each form once.

``GONGJI_FORMS`` names the file of ready forms, ``GONGJI_SENT`` the one that tells when each was sent and answered.
"""

from __future__ import annotations

import json
import os
from itertools import islice
from pathlib import Path

from locust import HttpUser, constant_throughput, events, task

from apps.core.clock import now

FORMS = iter(Path(os.environ["GONGJI_FORMS"]).read_text().splitlines())
SENT = Path(os.environ["GONGJI_SENT"]).open("a")  # noqa: SIM115 - open as long as the run


class Parent(HttpUser):
    """A form every two seconds, so that an answer two seconds late delays none; twice as many as forms a second."""

    wait_time = constant_throughput(0.5)

    @task
    def send(self) -> None:
        for line in islice(FORMS, 1):
            form = json.loads(line)
            began = now().timestamp()
            with self.client.post(
                form["url"],
                name="send",
                cookies=form["cookies"],
                headers={"X-CSRFToken": form["cookies"]["csrftoken"]},
                allow_redirects=False,
                catch_response=True,
            ) as answer:
                where = answer.headers.get("Location", "")
                if not where.startswith("/claims/C-"):
                    answer.failure(f"{answer.status_code} {where}")
                told = {
                    "key": form["key"],
                    "began": began,
                    "took": now().timestamp() - began,
                    "status": answer.status_code,
                }
                SENT.write(json.dumps(told) + "\n")


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def close(**_: object) -> None:
    SENT.close()
