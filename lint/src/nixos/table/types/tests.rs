use super::*;
#[test]
fn scratch() {
    for line in std::fs::read_to_string("/tmp/descr.txt").unwrap().lines() {
        let t = TypeDescription::parse(line);
        let shown = t.to_string();
        let plain = line.replace(['“', '”'], "\"");
        println!("{}\t{}\t{line}\t{t:?}", if t.has_unknown() { "U" } else { "k" }, shown == plain);
    }
}
