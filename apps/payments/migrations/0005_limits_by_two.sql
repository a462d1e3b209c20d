-- Other limits are in force once a second person has confirmed them; rows without a proposal stand from the beginning.

CREATE OR REPLACE FUNCTION payments_limits_in_force(
    OUT release_from_fen bigint, OUT payee_day_fen bigint, OUT day_fen bigint
) LANGUAGE sql STABLE AS $$
    SELECT release_from_fen, payee_day_fen, day_fen FROM (
        SELECT l.id, l.release_from_fen, l.payee_day_fen, l.day_fen FROM payments_limits l
        LEFT JOIN payments_proposal p ON p.id = l.proposal_id
        WHERE l.proposal_id IS NULL
            OR (p.kind = 'limits' AND p.outcome = 'accepted' AND p.decided_by_id <> p.proposed_by_id)
        UNION ALL SELECT 0, 5000000, 20000000, 500000000  -- fen: until somebody sets others
    ) known ORDER BY id DESC LIMIT 1
$$;
