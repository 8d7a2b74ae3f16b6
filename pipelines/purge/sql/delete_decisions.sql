delete from learning.recommendation_log
where decision_id in (select decision_id from purged_decisions)
