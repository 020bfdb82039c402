//! What is asked at a place in a file, answered by the model: no protocol, only texts, ranges and values.
