select * from marts.data_quality
order by count_spawns desc, source, writer_version
