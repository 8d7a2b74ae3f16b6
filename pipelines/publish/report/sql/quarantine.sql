select
    reason,
    count(*)::integer as count_lines,
    count(distinct path)::integer as count_files
from learning.ingest_quarantine
group by reason
order by count_lines desc, reason
