"""Reason codes of joining and of refusal, in the order in which the first that holds is told."""

from __future__ import annotations

from collections.abc import Iterable

from apps.core.errors import N_

JOINING_REASONS = ("age", "sex", "condition", "screening", "stage", "occupation", "roster", "insurance")
REFUSALS = (
    "not-enrolled",
    "outside-policy",
    "waiting-period",
    "kind",
    "diagnosis",
    "same-past-illness",
    "severity",
    "stage",
    "marker",
    "facility",
    "category",
    "catalogue",
    "not-in-formulary",
    "already-paid",
    "limit-reached",
)
_RANKS = {reason: number for number, reason in enumerate(REFUSALS)}


def rank(reason: str) -> int:
    """Place of a refusal in the order of the contract."""
    return _RANKS[reason]


def closest(reasons: Iterable[str | None]) -> str:
    """Of the reasons of several benefits, that of the one which came closest."""
    return max((reason for reason in reasons if reason is not None), key=rank)


JOINING_TEXTS = {
    "age": (N_("The age on the first day is outside what this plan accepts."), "首日年龄不在本计划接受的范围内。"),
    "sex": (N_("This plan is not open to this sex."), "本计划不对该性别开放。"),
    "condition": (N_("The health conditions this plan asks for are not met."), "不符合本计划要求的健康条件。"),
    "screening": (N_("The screening this plan asks for was not passed."), "未通过本计划要求的筛查。"),
    "stage": (N_("The stage of the illness is outside what this plan accepts."), "疾病分期不在本计划接受的范围内。"),
    "occupation": (N_("This plan is for other occupations."), "本计划面向其他职业。"),
    "roster": (N_("The name is not on the roster this plan is for."), "不在本计划对应的名册上。"),
    "insurance": (N_("The basic insurance this plan asks for is missing."), "缺少本计划要求的基本医疗保险。"),
}
"""Reason -> (English msgid, Chinese) where the plan itself says nothing closer."""

REFUSAL_TEXTS = {
    "not-enrolled": (N_("This person could not join the plan."), "被保障人不符合参加本计划的条件。"),
    "outside-policy": (N_("The day of service is outside the cover."), "就诊日期不在保障期内。"),
    "waiting-period": (N_("The waiting period was not over on the day of service."), "就诊当日等待期尚未结束。"),
    "kind": (N_("The plan does not pay for this kind of care or event."), "本计划不支付这类就诊或事件。"),
    "diagnosis": (N_("The diagnosis is not one the plan pays for."), "该诊断不在本计划支付范围内。"),
    "same-past-illness": (
        N_("It is the same illness as before joining, which the plan never pays."),
        "与参加前所患疾病相同，本计划不予支付。",
    ),
    "severity": (N_("The illness is not severe enough for this benefit."), "病情未达到该保障要求的严重程度。"),
    "stage": (N_("The illness is not at the stage this benefit is for."), "疾病未处于该保障对应的阶段。"),
    "marker": (N_("The test markers this benefit needs are missing."), "缺少该保障要求的检测标志物。"),
    "facility": (N_("The hospital is not of the kind this benefit is for."), "该医疗机构不符合保障要求。"),
    "category": (N_("The plan does not pay for items of this kind."), "本计划不支付这类项目。"),
    "catalogue": (
        N_("The plan pays only for the other part of the basic insurance catalogue."),
        "该项目的医保目录类别不在本计划支付范围内。",
    ),
    "not-in-formulary": (N_("It is not on the plan's list of medicines or items."), "该药品或项目不在本计划清单内。"),
    "already-paid": (N_("It has already been paid."), "该费用已经支付过。"),
    "limit-reached": (N_("The limit of this benefit has been reached."), "该保障的限额已用完。"),
}
"""Refusal -> (English msgid, Chinese)."""


def reason_text(code: str, language: str) -> str:
    """A sentence for a reason code of joining or refusal; ``language`` zh, zh-hans or en."""
    english, chinese = REFUSAL_TEXTS.get(code) or JOINING_TEXTS[code]
    return chinese if language.lower().startswith("zh") else english
