//! Embeds the web pages that `npm run build` has put into web/dist; without them the program still builds, and says so.
//!
//! Writes one table of files for `server/pages`. Reads nothing else, and runs again only when those files change: by their times, as
//! cargo looks at them, and by their content where `NOTARIUM_PAGES` has its digest, as the Makefile sets it. Times alone are not
//! enough: pages that are put there with an older time would not be seen.

#![expect(clippy::expect_used, reason = "a build script that cannot go on should stop where it is")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the package's folder"));
    let dist = root.join("web/dist");
    // Where nothing is built yet, the folder above changes when it is.
    println!("cargo::rerun-if-changed=web{}", if dist.is_dir() { "/dist" } else { "" });
    println!("cargo::rerun-if-env-changed=NOTARIUM_PAGES");
    let mut files = Vec::new();
    if dist.join("index.html").is_file() {
        collect(&dist, &mut files);
    }
    files.sort();
    let table = Path::new(&env::var_os("OUT_DIR").expect("cargo names a folder for output")).join("pages.rs");
    fs::write(table, written(&dist, &files)).expect("the table of pages can be written");
}

/// Every file below `folder`.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for item in fs::read_dir(folder).expect("web/dist can be read") {
        let path = item.expect("web/dist can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// The table as Rust: name, bytes, and the packed bytes where there is a `.gz` beside the file.
fn written(dist: &Path, files: &[PathBuf]) -> String {
    let mut out = String::from("&[\n");
    for path in files.iter().filter(|path| path.extension().is_none_or(|extension| extension != "gz")) {
        let name = path.strip_prefix(dist).expect("it was found there").display();
        let path = path.to_str().expect("the folder of this package has a name in UTF-8");
        let packed = format!("{path}.gz");
        let packed =
            if Path::new(&packed).is_file() { format!("Some(include_bytes!({packed:?}))") } else { "None".into() };
        writeln!(out, "    File {{ name: \"{name}\", bytes: include_bytes!({path:?}), packed: {packed} }},")
            .expect("a string takes all");
    }
    out + "]\n"
}
