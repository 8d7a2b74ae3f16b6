"""The optional judge: a chat model rates spawns of which the logs alone say too little. Off unless a model is named."""
