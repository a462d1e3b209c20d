"""Everything that writes for the actuary: quarters closed, questions what other terms would have paid."""

from apps.actuary.services.closing import continue_close, continue_closes, finish_close, start_close
from apps.actuary.services.what_ifs import answer, answer_what_ifs, ask_what_if

__all__ = [
    "answer",
    "answer_what_ifs",
    "ask_what_if",
    "continue_close",
    "continue_closes",
    "finish_close",
    "start_close",
]
