"""Everything that writes the books: entries, closings, corrections, the chain."""

from apps.fund.services.books import close_books, reopen_books
from apps.fund.services.checking import check_books, extend_chain, stale_accounts
from apps.fund.services.corrections import ask_correction, decide_correction
from apps.fund.services.freezing import lift_freeze
from apps.fund.services.posting import (
    Draft,
    EventFields,
    Lines,
    book,
    draft_of,
    post_entries,
    posting,
    refusals,
    reverse_entries_of,
    reverse_entry,
)
from apps.fund.services.second_look import ask_second_look, decide_second_look

__all__ = [
    "Draft",
    "EventFields",
    "Lines",
    "ask_correction",
    "ask_second_look",
    "book",
    "check_books",
    "close_books",
    "decide_correction",
    "decide_second_look",
    "draft_of",
    "extend_chain",
    "lift_freeze",
    "post_entries",
    "posting",
    "refusals",
    "reopen_books",
    "reverse_entries_of",
    "reverse_entry",
    "stale_accounts",
]
