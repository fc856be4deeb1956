//! Requests, made whole before the run: what is sent is a slice of bytes.

use std::error::Error;
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use notarium::codec::Time;
use notarium::crypto::{Digests, DualHasher, SigningKey};
use notarium::evidence::{Body, Evidence, Fingerprint, SignedStatement};

use super::{Args, Target};

/// Submitters, whose keys are those of examples/fill.rs.
const SUBMITTERS: u8 = 16;
/// GET requests that are made; they are sent again and again.
const READS: u64 = 1 << 16;

/// Requests of one run.
pub(crate) struct Requests {
    blocks: Vec<Block>,
    /// Requests of every block but the last.
    a_block: usize,
    count: usize,
    /// Whether they may be sent more than once.
    again: bool,
    /// Whether each answer is lines.
    lines: bool,
    run: [u8; 16],
}

/// Requests side by side.
struct Block {
    bytes: Vec<u8>,
    /// Where each begins, and where the last ends.
    starts: Vec<usize>,
}

impl Requests {
    /// Submissions of so many statements, all different, also from those of other runs.
    pub(crate) fn submissions(args: &Args, statements: usize) -> Result<Self, Box<dyn Error>> {
        let (to, batch) = (args.to, args.batch);
        let mut run = [0; 16];
        getrandom::fill(&mut run)?;
        let (path, each) = match (to, batch) {
            (Target::Notarium, None) if args.witnessed => ("/v1/evidence?wait=witnessed", 1),
            (Target::Notarium, None) => ("/v1/evidence", 1),
            (Target::Notarium, Some(each)) => ("/v1/evidence/batch", each.max(1)),
            (Target::Tessera, _) => ("/add", 1),
            (Target::Echo, _) => ("/echo", 1),
        };
        let form = Form { path, each, framed: batch.is_some() && to == Target::Notarium, run };
        let count = statements.div_ceil(each);
        let workers = thread::available_parallelism()?.get();
        let a_block = count.div_ceil(workers);
        let blocks = thread::scope(|scope| {
            let ranges = (0..workers).map(|worker| worker * a_block..count.min((worker + 1) * a_block));
            let running: Vec<_> = ranges.map(|range| scope.spawn(move || form.block(range))).collect();
            running
                .into_iter()
                .map(|block| block.join().map_err(|_| "a signing thread failed")?)
                .collect::<Result<_, _>>()
        })?;
        Ok(Self { blocks, a_block, count, again: false, lines: form.framed, run })
    }

    /// Reads at `path`, with entries drawn at random in it.
    pub(crate) fn get(path: &str, entries: u64) -> Self {
        let mut block = Block { bytes: Vec::new(), starts: vec![0] };
        let mut state = 1_u64;
        for _ in 0..READS {
            // Knuth's generator; the upper half is good enough to spread reads.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let index = (state >> 33) % entries.max(1);
            let sha256 = || digests(format!("evidence {index}").as_bytes()).sha256.to_string();
            let mut path = path.replace("{index}", &index.to_string());
            if path.contains("{sha256}") {
                path = path.replace("{sha256}", &sha256());
            }
            block.bytes.extend(format!("GET {path} HTTP/1.1\r\nhost: ledger\r\n\r\n").as_bytes());
            block.starts.push(block.bytes.len());
        }
        let count = block.starts.len() - 1;
        Self { blocks: vec![block], a_block: count, count, again: true, lines: false, run: [0; 16] }
    }

    /// Whether a statement's answer is a line of many.
    pub(crate) const fn answered_in_lines(&self) -> bool {
        self.lines
    }

    /// The bytes of a request; none when there are no more.
    pub(crate) fn bytes(&self, number: usize) -> Option<&[u8]> {
        let number = if self.again { number % self.count } else { number };
        if number >= self.count {
            return None;
        }
        let (block, at) = (self.blocks.get(number / self.a_block)?, number % self.a_block);
        block.bytes.get(*block.starts.get(at)?..*block.starts.get(at + 1)?)
    }

    /// Whether there is a request of this number.
    pub(crate) const fn has(&self, number: usize) -> bool {
        self.again || number < self.count
    }

    /// Every how many requests an answer is kept, for about so many receipts even if a third of the requests is sent; never where
    /// nothing is submitted.
    pub(crate) fn stride(&self, receipts: usize, batch: usize) -> usize {
        if self.again || receipts == 0 { usize::MAX } else { (self.count / (3 * receipts.div_ceil(batch))).max(1) }
    }

    /// The digests of the evidence that a statement of this run is about.
    pub(crate) fn evidence(&self, statement: usize) -> Digests {
        evidence(&self.run, statement)
    }
}

/// How submissions are written.
#[derive(Clone, Copy)]
struct Form {
    path: &'static str,
    each: usize,
    framed: bool,
    run: [u8; 16],
}

impl Form {
    fn block(self, numbers: Range<usize>) -> Result<Block, &'static str> {
        let keys: Arc<[SigningKey]> = (0..SUBMITTERS).map(|number| SigningKey::from_seed(&[number; 32])).collect();
        let mut block = Block { bytes: Vec::new(), starts: vec![0] };
        let mut body = Vec::new();
        for number in numbers {
            body.clear();
            for statement in number * self.each..(number + 1) * self.each {
                let signed = self.statement(statement, &keys[statement % keys.len()])?;
                if self.framed {
                    body.extend(u16::try_from(signed.len()).map_err(|_| "a long statement")?.to_be_bytes());
                }
                body.extend(signed);
            }
            let head = format!(
                "POST {} HTTP/1.1\r\nhost: ledger\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
                self.path,
                body.len()
            );
            block.bytes.extend(head.as_bytes());
            block.bytes.extend(&body);
            block.starts.push(block.bytes.len());
        }
        Ok(block)
    }

    fn statement(self, number: usize, key: &SigningKey) -> Result<Vec<u8>, &'static str> {
        let body = Evidence {
            fingerprint: Fingerprint::plain(&evidence(&self.run, number)),
            claimed_time: Time::NOT_STATED,
            continues: None,
            details: None,
            nonce: self.run,
        };
        let signed = SignedStatement::sign(&Body::Evidence(body), key).map_err(|_| "a statement cannot be made")?;
        Ok(signed.as_bytes().to_vec())
    }
}

fn evidence(run: &[u8; 16], number: usize) -> Digests {
    digests(format!("load {} {number}", hex::encode(run)).as_bytes())
}

fn digests(bytes: &[u8]) -> Digests {
    let mut hasher = DualHasher::new();
    hasher.update(bytes);
    hasher.finish()
}
