select * from marts.recommendation_quality
order by decided_in_week desc, answer_source, is_followed desc
