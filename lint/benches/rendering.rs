//! How long it takes to print 20,000 findings, in each format, beside the run that finds them: `cargo bench -p speclint-lint --bench
//! rendering`. They are such as are found and not mended, which is the run that is over first.

use codespan_reporting::term::termcolor::NoColor;
use mimalloc::MiMalloc;
use speclint_lint::analysis::Analysis;
use speclint_lint::findings::Finding;
use speclint_lint::render::{Format, Report};
use speclint_lint::source::files::MemoryFiles;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The program's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How many findings there are.
const FINDINGS: usize = 20_000;
/// How often each is measured. The best counts: whatever else the machine does only adds.
const TIMES: usize = 3;
const ENTRY: &str = "/etc/nixos/configuration.nix";

/// A configuration in so many modules, each definition of which is of the wrong type.
fn configuration(modules: usize) -> MemoryFiles {
    let mut files = MemoryFiles::default();
    let mut imports = String::new();
    for module in 0..modules {
        let mut text = String::from("{\n");
        for i in 0..FINDINGS / modules {
            // Writing to a string does not fail.
            let _ = writeln!(text, "  environment.etc.f{module}-{i}.enable = 5;");
        }
        text.push_str("}\n");
        files.0.insert(format!("/etc/nixos/m{module}.nix"), text);
        let _ = write!(imports, " ./m{module}.nix");
    }
    let text = format!(
        "{{\n  imports = [{imports} ];\n  specialisation.tv = {{ inheritParentConfig = false; configuration = {{ }}; }};\n}}\n"
    );
    files.0.insert(ENTRY.to_owned(), text);
    files
}

/// Counts what is written.
struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += black_box(bytes).len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The best time of several, and what came of the last.
fn best<T>(mut measured: impl FnMut() -> T) -> (Duration, T) {
    let mut run = || {
        let start = Instant::now();
        let result = measured();
        (start.elapsed(), result)
    };
    let (mut best, mut result) = run();
    for _ in 1..TIMES {
        let (spent, other) = run();
        (best, result) = (best.min(spent), other);
    }
    (best, result)
}

/// How long a format takes, and how many bytes it prints.
fn render(analysis: &Analysis, findings: &[Finding], format: Format) -> (Duration, usize) {
    best(|| {
        let name = |path: &str| path.trim_start_matches("/etc/nixos/").to_owned();
        let report = Report::new(findings, &|path| analysis.text(path), &name);
        let mut out = NoColor::new(Counter(0));
        report.write(format, &mut out).expect("counting does not fail");
        out.get_ref().0
    })
}

fn main() {
    for modules in [1, 200] {
        let files = Arc::new(configuration(modules));
        let (run, (analysis, findings)) = best(|| {
            let mut analysis = Analysis::new(files.clone());
            analysis.add_entry(ENTRY, "atlas");
            let mut findings = analysis.findings();
            findings.retain(|finding| finding.rule == "wrong-type");
            (analysis, findings)
        });
        println!("{} findings in {modules} files: {run:.2?}", findings.len());
        for format in Format::ALL {
            let (spent, bytes) = render(&analysis, &findings, format);
            let share = spent.as_secs_f64() / (run + spent).as_secs_f64().max(f64::MIN_POSITIVE);
            let name = format.name();
            println!("  {name:10} {spent:>9.2?}  {:5.1} % of the run  {bytes} bytes", share * 100.0);
        }
    }
}
