select * from marts.outcome_evidence
order by count_spawns desc, source, evidence
