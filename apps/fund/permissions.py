"""Who reads the books, who asks for a correction, and who agrees to it."""

from apps.accounts.models import Role

READERS = (Role.TREASURER, Role.AUDITOR)
CORRECTORS = (Role.TREASURER,)
AGREERS = (Role.TREASURER, Role.AUDITOR)
