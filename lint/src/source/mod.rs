//! Files, their text, and positions in it.
