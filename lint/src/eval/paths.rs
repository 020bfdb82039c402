//! Paths as Nix has them: absolute, with `.` and `..` taken out by their text alone.

/// The folder of the Nix store, where nothing ever changes.
pub const STORE: &str = "/nix/store/";

/// `path` without empty parts, `.` and `..`; always absolute.
pub fn normalise(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut result = String::with_capacity(path.len());
    for part in &parts {
        result.push('/');
        result.push_str(part);
    }
    if result.is_empty() {
        result.push('/');
    }
    result
}

/// The folder that `path` is in; of `/`, itself.
pub fn parent(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(i) => &path[..i],
    }
}

/// The last part of `path`, with slashes at the end ignored.
pub fn base_name(path: &str) -> &str {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_taken_out() {
        for (path, wanted) in
            [("/a/./b/../c", "/a/c"), ("/..", "/"), ("a//b/", "/a/b"), ("/a/b/../../..", "/")]
        {
            assert_eq!(normalise(path), wanted, "{path}");
        }
    }

    #[test]
    fn parents_and_names() {
        for (path, folder, name) in [("/a/b", "/a", "b"), ("/a", "/", "a"), ("/a/b/", "/a/b", "b")] {
            assert_eq!((parent(path), base_name(path)), (folder, name), "{path}");
        }
    }
}
