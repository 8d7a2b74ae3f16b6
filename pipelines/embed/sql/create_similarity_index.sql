create index if not exists {index} on learning.task_history
using hnsw ((task_embedding::{vector_type}) {operators})
where embedding_model = {embedding_model}
