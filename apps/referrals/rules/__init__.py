"""Pure rules of referral: what may follow what, who may do it, and by when."""
