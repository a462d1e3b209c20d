"""Pages of the council as a reader sees them."""

import re

from django.urls import reverse


def text(client, name, *args, **query):
    """What a page says, on one line."""
    response = client.get(reverse(f"governance:{name}", args=args), query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())
