"""The page on which a person pays, in Chinese and English: no script, own style, strict policy."""

from __future__ import annotations

import sqlite3
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from apps.payments.sandbox.replies import Reply

HERE = Path(__file__).parent
PAGE = Template((HERE / "page.html").read_text())
DONE = Template((HERE / "done.html").read_text())
STYLE = (HERE / "style.css").read_bytes()
TEXTS = {
    "en": {
        "lang": "en",
        "title": "Sandbox bank",
        "note": "A bank to practise with: no real money moves here.",
        "heading": "Pay your contribution",
        "to": "To",
        "payee": "Gongji mutual health fund",
        "amount": "Amount",
        "pay": "Pay now",
        "decline": "Do not pay",
        "other": "Try what a bank can do wrong",
        "late": "Pay, and tell the fund 8 seconds later",
        "twice": "Pay twice by mistake",
        "silent": "Pay, and never answer the fund's questions",
        "paid": "This is paid",
        "declined": "This was not paid",
        "back": "Back to Gongji",
        "switch": "中文",
        "switch_lang": "zh",
        "switch_full": "zh-Hans",
    },
    "zh": {
        "lang": "zh-Hans",
        "title": "沙盒银行",
        "note": "练习用的银行，不会动用真实资金。",
        "heading": "支付互助费",
        "to": "收款方",
        "payee": "共济健康互助基金",
        "amount": "金额",
        "pay": "立即支付",
        "decline": "不支付",
        "other": "试试银行可能出的错",
        "late": "支付，但 8 秒后才通知基金",
        "twice": "误付两次",
        "silent": "支付，但不回答基金的查询",
        "paid": "这笔款已支付",
        "declined": "这笔款未支付",
        "back": "返回共济",
        "switch": "English",
        "switch_lang": "en",
        "switch_full": "en",
    },
}


def is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def payment_page(checkout: sqlite3.Row, lang: str) -> Reply:
    """The page of a checkout: to pay while it is open, else what became of it."""
    fallback = "zh" if checkout["language"].startswith("zh") else "en"
    texts = TEXTS.get(lang, TEXTS[fallback])
    yuan, fen = divmod(checkout["amount_fen"], 100)
    values = {**texts, "yuan": f"¥{yuan:,}.{fen:02d}", "return_url": checkout["return_url"]}
    values["state"] = texts.get(checkout["state"], "")
    template = PAGE if checkout["state"] == "open" else DONE
    page = template.substitute({name: escape(value) for name, value in values.items()})
    return Reply("200 OK", page.encode(), "text/html; charset=utf-8", policy=_policy(checkout["return_url"]))


def _policy(return_url: str) -> str:
    """Only our style; the form may go to us and, by redirect, back to whoever asked for the money."""
    back = urlsplit(return_url)
    return (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {back.scheme}://{back.netloc}"
    )


def style() -> Reply:
    return Reply("200 OK", STYLE, "text/css; charset=utf-8")
