"""Writes of referrals: open, send, move on, and what the clock does."""

from apps.referrals.services.advance import advance
from apps.referrals.services.begin import open_referral, send_down, submit_referral
from apps.referrals.services.slots import offer_slot
from apps.referrals.services.sweep import sweep_referrals

__all__ = ["advance", "offer_slot", "open_referral", "send_down", "submit_referral", "sweep_referrals"]
