select fact_key, facts
from learning.spawn_facts
where source = %(source)s and fact_key = any(%(keys)s)
