"""Pages of referrals."""

from apps.referrals.views.desks import desk, specialist
from apps.referrals.views.new import new
from apps.referrals.views.one import act, referral

__all__ = ["act", "desk", "new", "referral", "specialist"]
