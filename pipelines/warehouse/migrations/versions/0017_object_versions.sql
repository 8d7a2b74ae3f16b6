-- What tells an object's contents apart in a bucket (its ETag); null for a file, which its time of change tells apart.
alter table learning.ingest_files add column object_version text;
