//! stub
pub(super) fn nixos() -> super::system::TableNode { unreachable!() }
