"""The database moves the state by the last event and counts booked places itself; events are only added."""

from django.db import migrations

from apps.core.append_only import append_only

STATE = """
CREATE FUNCTION referrals_state_follows_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE referrals_referral SET state = NEW.target WHERE id = NEW.referral_id AND state = NEW.source;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'referral % is not in state %', NEW.referral_id, NEW.source USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER referrals_event_moves AFTER INSERT ON referrals_referralevent
    FOR EACH ROW EXECUTE FUNCTION referrals_state_follows_event();

CREATE FUNCTION referrals_state_only_by_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state <> 'start' THEN
        RAISE EXCEPTION 'a referral begins at its start' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state <> OLD.state AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the state of a referral is that of its last event' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER referrals_state_guard BEFORE INSERT OR UPDATE OF state ON referrals_referral
    FOR EACH ROW EXECUTE FUNCTION referrals_state_only_by_event();
"""
UNSTATE = """
DROP TRIGGER referrals_state_guard ON referrals_referral;
DROP TRIGGER referrals_event_moves ON referrals_referralevent;
DROP FUNCTION referrals_state_only_by_event();
DROP FUNCTION referrals_state_follows_event();
"""
SLOTS = """
CREATE FUNCTION referrals_count_slots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE referrals_slot SET taken = taken - 1 WHERE id = OLD.slot_id;
    END IF;
    UPDATE referrals_slot SET taken = taken + 1 WHERE id = NEW.slot_id;
    RETURN NULL;
END $$;
CREATE TRIGGER referrals_slot_counts AFTER INSERT OR UPDATE OF slot_id ON referrals_referral
    FOR EACH ROW EXECUTE FUNCTION referrals_count_slots();
"""
UNSLOTS = """
DROP TRIGGER referrals_slot_counts ON referrals_referral;
DROP FUNCTION referrals_count_slots();
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]
    operations = [
        migrations.RunSQL(STATE, UNSTATE),
        migrations.RunSQL(SLOTS, UNSLOTS),
        append_only("referrals_referralevent"),
    ]
