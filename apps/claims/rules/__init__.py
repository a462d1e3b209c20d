"""How a bill is filed, checked, decided and shown, pure: no database, no clock."""
