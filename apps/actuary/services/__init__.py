"""Everything that writes for the actuary: periods closed and opened again, allowances, questions about other terms."""

from apps.actuary.services.allowances import pay_allowances
from apps.actuary.services.closing import continue_close, continue_closes, finish_close, start_close
from apps.actuary.services.reopening import ask_reopening, decide_reopening
from apps.actuary.services.telling import tell_allowances
from apps.actuary.services.what_ifs import answer, answer_what_ifs, ask_what_if

__all__ = [
    "answer",
    "answer_what_ifs",
    "ask_reopening",
    "ask_what_if",
    "continue_close",
    "continue_closes",
    "decide_reopening",
    "finish_close",
    "pay_allowances",
    "start_close",
    "tell_allowances",
]
