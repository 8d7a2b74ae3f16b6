create temp table staged_facts (like learning.spawn_facts including defaults) on commit drop
