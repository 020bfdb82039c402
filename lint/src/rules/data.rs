//! The data that rules decide by: files of lines in columns, in `lint/data`.

/// The lines of a file, in their columns.
pub(super) fn lines(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    file.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

/// A release as files have it: 2411 for `24.11`; `None` for anything else.
pub(super) fn release(text: &str) -> Option<u32> {
    let (year, month) = text.split_once('.')?;
    Some(year.parse::<u32>().ok()? * 100 + month.parse::<u32>().ok()?)
}

/// The options among those of a file that NixOS 24.11 does not have.
#[cfg(test)]
pub(super) fn strangers<'o>(options: impl Iterator<Item = &'o str>) -> Vec<&'o str> {
    use crate::nixos::table::OptionTable;
    use crate::nixos::table::path::parse_option_path;
    let is_there = |option: &&str| {
        let path = parse_option_path(option).expect("a path");
        OptionTable::nixos().node(&path).is_some()
    };
    options.filter(|option| !is_there(option)).collect()
}
