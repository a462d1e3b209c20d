"""Each step of a decision as a sentence a parent understands, in Chinese and English."""

from __future__ import annotations

from .decision import Step
from .scalars import plain_share, yuan
from .terms import Terms
from .written import Words

_SENTENCES = {
    "scope": Words(
        en="Of the bill of ¥{before}, ¥{after} falls under “{benefit}”.",
        zh="账单共 {before} 元，其中 {after} 元属于“{benefit}”的范围。",
    ),
    "paid-before": Words(
        en="Others have already paid ¥{less} of it, so ¥{after} is left.",
        zh="其中 {less} 元已由其他支付方支付，余下 {after} 元。",
    ),
    "deductible": Words(
        en="The first ¥{amount} is your own (the deductible): ¥{less} of this claim goes there, ¥{after} is left.",
        zh="先由您自付 {amount} 元（起付额）：本次扣除 {less} 元，余下 {after} 元。",
    ),
    "band": Words(
        en="By the bands of the year's total cost, ¥{after} of ¥{before} is paid.",
        zh="按全年累计费用分段计算，{before} 元中支付 {after} 元。",
    ),
    "rate": Words(
        en="The plan pays {share}% of ¥{before}, which is ¥{after}.",
        zh="本计划按 {share}% 支付：{before} 元 × {share}% ＝ {after} 元。",
    ),
    "visit-limit": Words(
        en="At most ¥{amount} is paid for one visit, so ¥{before} becomes ¥{after}.",
        zh="每次就诊最多支付 {amount} 元，因此由 {before} 元变为 {after} 元。",
    ),
    "day-limit": Words(
        en="At most ¥{amount} is paid for one day, so ¥{before} becomes ¥{after}.",
        zh="每日最多支付 {amount} 元，因此由 {before} 元变为 {after} 元。",
    ),
    "item-limit": Words(
        en="At most ¥{amount} a year is paid for each medicine or item, so ¥{before} becomes ¥{after}.",
        zh="每种药品或项目每年最多支付 {amount} 元，因此由 {before} 元变为 {after} 元。",
    ),
    "year-limit": Words(
        en="“{benefit}” pays at most ¥{amount} a year and ¥{used} was used before, so ¥{before} becomes ¥{after}.",
        zh="“{benefit}”每年最多支付 {amount} 元，此前已用 {used} 元，因此由 {before} 元变为 {after} 元。",
    ),
    "overall-limit": Words(
        en="The whole plan pays at most ¥{amount} a year and ¥{used} was used before, so ¥{before} becomes ¥{after}.",
        zh="本计划全年合计最多支付 {amount} 元，此前已用 {used} 元，因此由 {before} 元变为 {after} 元。",
    ),
    "lump-sum": Words(
        en="“{benefit}” pays a fixed sum of ¥{after} once this has happened.",
        zh="发生约定事件，“{benefit}”一次性支付 {after} 元。",
    ),
    "allowance": Words(
        en="¥{amount} for each of {nights} nights in hospital makes ¥{after}.",
        zh="住院 {nights} 晚，每晚 {amount} 元，共 {after} 元。",
    ),
}


def sentence(step: Step, terms: Terms, language: str) -> str:
    """The step in words; ``language`` zh, zh-hans or en."""
    chinese = language.lower().startswith("zh")
    words, name = _SENTENCES[step.step], terms.benefit(step.benefit).name
    return (words.zh if chinese else words.en).format(
        benefit=name.zh if chinese else name.en,
        before=_shown(step.before_fen),
        after=_shown(step.after_fen),
        less=_shown(step.before_fen - step.after_fen),
        amount=_shown(step.params.get("amount", 0)),
        used=_shown(step.params.get("used", 0)),
        share=plain_share(step.params.get("share", 0)),
        nights=step.params.get("nights", 0),
    )


def _shown(fen: int) -> str:
    whole, _, rest = yuan(fen).partition(".")
    return f"{int(whole):,}.{rest}"
