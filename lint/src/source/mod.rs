//! Files, their text, and positions in it.

mod decode;
pub mod files;
mod line_index;
pub mod overlay;

pub use decode::{DecodeError, Decoded, Invalid, MAX_FILE_SIZE, decode};
pub use line_index::{ColumnUnit, LineColumn, LineIndex, Position};
