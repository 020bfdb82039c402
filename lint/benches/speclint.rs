//! How long the analyser takes: `cargo bench -p speclint-lint`.
//!
//! The configuration that is measured is written to `target/tmp/bench`, so that the whole process can be timed on it as well.

mod configuration;

use criterion::{BenchmarkId, Criterion, Throughput};
use mimalloc::MiMalloc;
use speclint_lint::analysis::Analysis;
use speclint_lint::findings::Finding;
use speclint_lint::nixos::table::OptionTable;
use speclint_lint::source::files::MemoryFiles;
use speclint_lint::syntax::lower;
use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The program's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Modules and specialisations of the configuration that is checked.
const SIZE: (usize, usize) = (10, 4);

fn analysis(files: &Arc<MemoryFiles>) -> Analysis {
    let mut analysis = Analysis::new(files.clone());
    analysis.add_entry(configuration::ENTRY, "atlas");
    analysis
}

/// How many definitions the model of the only system has, in all of its scopes.
fn definitions(analysis: &Analysis) -> usize {
    let systems = analysis.systems();
    let scopes = systems.iter().flat_map(|system| system.scopes());
    scopes.map(|(_, scope)| scope.options.values().map(|o| o.definitions.len()).sum::<usize>()).sum()
}

/// Measures `routine`, whose own clock counts, and keeps the time of an iteration in `each`.
fn measure(
    criterion: &mut Criterion,
    name: &str,
    each: &Cell<Duration>,
    mut routine: impl FnMut(u64) -> Duration,
) {
    criterion.bench_function(name, |b| {
        b.iter_custom(|iterations| {
            let spent = routine(iterations);
            each.set(spent / u32::try_from(iterations).unwrap_or(u32::MAX));
            spent
        });
    });
}

/// A check from nothing, mends and all, and one after a character was changed: what is found, as an editor shows it while one types,
/// and that with its mends.
fn check(criterion: &mut Criterion) {
    let files = Arc::new(configuration::files(SIZE.0, SIZE.1));
    let [cold, warm, mended, elsewhere] = [const { Cell::new(Duration::ZERO) }; 4];
    measure(criterion, "check/cold", &cold, |iterations| {
        let start = Instant::now();
        for _ in 0..iterations {
            black_box(analysis(&files).findings());
        }
        start.elapsed()
    });
    let old = &files.0[configuration::ENTRY];
    let texts = [old.replace("timeZone = \"Europe/London\"", "timeZone = \"Europe/Londom\""), old.clone()];
    type Ask = fn(&Analysis) -> Vec<Finding>;
    let asked: [(&str, _, Ask); 2] =
        [("check/warm", &warm, Analysis::unmended), ("check/warm, with mends", &mended, Analysis::findings)];
    for (name, each, ask) in asked {
        measure(criterion, name, each, |iterations| {
            let mut analysis = analysis(&files);
            ask(&analysis);
            let start = Instant::now();
            for i in 0..iterations as usize {
                analysis.database().set_text(configuration::ENTRY, &texts[i % 2]);
                black_box(ask(&analysis));
            }
            start.elapsed()
        });
    }
    measure(criterion, "check/edit elsewhere", &elsewhere, |iterations| {
        let mut analysis = analysis(&files);
        analysis.findings();
        let start = Instant::now();
        for i in 0..iterations as usize {
            analysis.database().set_text("/etc/nixos/notes.nix", ["1", "2"][i % 2]);
            black_box(analysis.findings());
        }
        start.elapsed()
    });
    let ratio = |a: &Cell<Duration>| a.get().as_secs_f64() / cold.get().as_secs_f64().max(f64::MIN_POSITIVE);
    println!(
        "warm / cold: {:.3}; with mends: {:.3}; edit elsewhere / cold: {:.5}\n",
        ratio(&warm),
        ratio(&mended),
        ratio(&elsewhere)
    );
}

/// Evaluation alone, of one system without specialisations, so that every definition counts once.
fn evaluate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("evaluate");
    for modules in [10, 40, 120] {
        let files = Arc::new(configuration::files(modules, 0));
        let count = definitions(&analysis(&files));
        group.throughput(Throughput::Elements(count as u64));
        let per_thousand = Cell::new(Duration::ZERO);
        group.bench_with_input(BenchmarkId::new("definitions", count), &files, |b, files| {
            b.iter_custom(|iterations| {
                let mut spent = Duration::ZERO;
                for i in 0..iterations {
                    let mut analysis = analysis(files);
                    // What is read and lowered before the clock starts stays so.
                    analysis.systems();
                    let text = files.0[configuration::ENTRY].replace("\"atlas\"", &format!("\"atlas-{i}\""));
                    analysis.database().set_text(configuration::ENTRY, &text);
                    let start = Instant::now();
                    black_box(analysis.systems());
                    spent += start.elapsed();
                }
                per_thousand.set(spent * 1000 / (iterations as u32 * count as u32).max(1));
                spent
            });
        });
        println!("{:?} per 1,000 definitions\n", per_thousand.get());
    }
    group.finish();
}

/// Lowering of the prelude, whole and the part that every system needs.
fn lowering(criterion: &mut Criterion) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/eval/prelude");
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the prelude is in the repository").flatten() {
        if entry.path().extension().is_some_and(|e| e == "nix") {
            texts.push(std::fs::read_to_string(entry.path()).expect("the prelude can be read"));
        }
    }
    let mut group = criterion.benchmark_group("lower");
    group.throughput(Throughput::Bytes(texts.iter().map(|t| t.len() as u64).sum()));
    group.bench_function("prelude", |b| {
        b.iter(|| texts.iter().map(|text| lower(black_box(text)).errors.len()).sum::<usize>());
    });
    group.finish();
}

/// Loading of the embedded tables of options.
fn tables(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("table");
    let texts = [
        ("nixos", include_str!("../data/nixos-options.txt")),
        ("home-manager", include_str!("../data/home-manager-options.txt")),
    ];
    for (name, text) in texts {
        group.bench_function(name, |b| b.iter(|| OptionTable::read(black_box(text).to_owned())));
    }
    group.finish();
}

/// Writes the configuration to disk.
fn write() -> std::io::Result<()> {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    std::fs::create_dir_all(&folder)?;
    for (path, text) in configuration::files(SIZE.0, SIZE.1).0 {
        std::fs::write(
            folder.join(path.trim_start_matches(configuration::ROOT).trim_start_matches('/')),
            text,
        )?;
    }
    Ok(())
}

fn main() {
    if let Err(error) = write() {
        eprintln!("cannot write the configuration: {error}");
    }
    let mut criterion = Criterion::default().configure_from_args().sample_size(30);
    println!("{} definitions\n", definitions(&analysis(&Arc::new(configuration::files(SIZE.0, SIZE.1)))));
    check(&mut criterion);
    evaluate(&mut criterion);
    lowering(&mut criterion);
    tables(&mut criterion);
    criterion.final_summary();
}
