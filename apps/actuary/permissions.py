"""Who closes periods, who agrees to open one again, who asks what-ifs, and who reads them."""

from apps.accounts.models import Role

CLOSERS = (Role.TREASURER,)
ASKERS = (Role.TREASURER, Role.COUNCIL)
READERS = (Role.TREASURER, Role.COUNCIL, Role.AUDITOR)
AGREERS = (Role.TREASURER, Role.AUDITOR)
BOOK_READERS = (Role.TREASURER, Role.AUDITOR)
