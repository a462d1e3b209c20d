"""Who closes quarters and who reads them."""

from apps.accounts.models import Role

CLOSERS = (Role.TREASURER,)
READERS = (Role.TREASURER, Role.COUNCIL, Role.AUDITOR)
BOOK_READERS = (Role.TREASURER, Role.AUDITOR)
