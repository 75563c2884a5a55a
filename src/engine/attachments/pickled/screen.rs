//! A pickle looked through before objects are made of it: every instruction is one that tensors
//! need, every name is one of torch's, and nothing grows beyond what a learned word takes.
//!
//! The instructions are those of Python's `pickletools`. What they would do is followed by sizes
//! alone: how many parts each object on the stack has, and how deep it goes. An object that is
//! fetched from the memory is a copy, so that forty instructions could ask for a terabyte.

use std::collections::BTreeMap;

use crate::engine::attachments::embedding::clipped;
use crate::walk::Problem;

/// The parts that all objects together may have.
const MOST_PARTS: usize = 200_000;
/// The parts that may be copied into and out of the memory.
const MOST_COPIED: usize = 2_000_000;
/// How deep an object may go.
const DEEPEST: usize = 64;
/// The longest name or key.
const LONGEST: usize = 4096;

/// What tensors are put together from, by module and name. None of these is called: the reader
/// knows them by their names.
const HARMLESS: &[(&str, &[&str])] = &[
    ("collections", &["OrderedDict"]),
    ("torch._utils", &["_rebuild_tensor_v2", "_rebuild_parameter"]),
    ("torch.nn.parameter", &["Parameter"]),
    ("torch.nn.modules.container", &["ParameterDict"]),
    (
        "torch",
        &[
            "FloatStorage",
            "DoubleStorage",
            "HalfStorage",
            "BFloat16Storage",
            "LongStorage",
            "IntStorage",
            "BoolStorage",
            "ByteStorage",
        ],
    ),
];

/// How large an object is.
#[derive(Clone, Copy)]
struct Size {
    parts: usize,
    depth: usize,
    mark: bool,
}

/// A leaf: a number, a text, a name.
const LEAF: Size = Size { parts: 1, depth: 1, mark: false };

/// Looks through a program.
///
/// # Errors
/// `pickle-code` with the name that it asks for, `pickle-broken` where it is cut or would not run,
/// `pickle-other` where it has instructions that saved tensors do not have or grows too large.
pub(super) fn screen(program: &[u8]) -> Result<(), Problem> {
    let mut walk = Walk::new(program);
    loop {
        let code = walk.bytes(1)?[0];
        if code == b'.' {
            return Ok(());
        }
        walk.instruction(code)?;
        if walk.parts > MOST_PARTS || walk.copied > MOST_COPIED {
            return Err(Problem::new("pickle-other"));
        }
    }
}

struct Walk<'a> {
    rest: &'a [u8],
    stack: Vec<Size>,
    /// What was put into the memory, by number.
    memory: BTreeMap<usize, Size>,
    /// The parts of all that is on the stack and in the memory.
    parts: usize,
    /// The parts that were copied so far.
    copied: usize,
}

impl<'a> Walk<'a> {
    const fn new(program: &'a [u8]) -> Self {
        Self { rest: program, stack: Vec::new(), memory: BTreeMap::new(), parts: 0, copied: 0 }
    }

    fn instruction(&mut self, code: u8) -> Result<(), Problem> {
        match code {
            // The version; what names a class; leaves with what they hold.
            0x80 => self.bytes(1).map(drop),
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                harmless(&module, &name)?;
                self.push(LEAF)
            }
            b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                Err(code_in_it(&module, &name))
            }
            b'K' => self.leaf(1),
            b'M' => self.leaf(2),
            b'J' => self.leaf(4),
            b'G' => self.leaf(8),
            b'X' => {
                let length = self.number(4)?;
                if length > LONGEST {
                    return Err(Problem::new("pickle-other"));
                }
                self.leaf(length)
            }
            0x8a => {
                let length = self.number(1)?;
                if length > 8 {
                    return Err(Problem::new("pickle-other"));
                }
                self.leaf(length)
            }
            b'N' | b')' | b'}' | b']' | 0x88 | 0x89 => self.push(LEAF),
            b'(' => self.push(Size { mark: true, ..LEAF }),
            // What is put together from the top of the stack.
            b'Q' | 0x85 => self.join(1),
            0x86 | b'R' | b'b' | 0x81 | b'a' => self.join(2),
            0x87 | b's' => self.join(3),
            b't' => {
                let inside = self.since_mark()?;
                self.push(around(&inside))
            }
            b'e' | b'u' => {
                let mut inside = self.since_mark()?;
                inside.push(self.pop()?);
                self.push(around(&inside))
            }
            // The memory.
            b'q' => self.put(1),
            b'r' => self.put(4),
            b'h' => self.get(1),
            b'j' => self.get(4),
            _ => Err(Problem::new("pickle-other")),
        }
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], Problem> {
        let (now, rest) = self.rest.split_at_checked(count).ok_or_else(broken)?;
        self.rest = rest;
        Ok(now)
    }

    /// A number of so many bytes, the smallest first.
    fn number(&mut self, bytes: usize) -> Result<usize, Problem> {
        let bytes = self.bytes(bytes)?;
        Ok(bytes.iter().rev().fold(0usize, |n, byte| (n << 8) | usize::from(*byte)))
    }

    fn line(&mut self) -> Result<String, Problem> {
        let end = self.rest.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
        let line = self.bytes(end + 1)?;
        let text = String::from_utf8_lossy(&line[..end]);
        Ok(clipped(text.trim_end_matches('\r')))
    }

    fn push(&mut self, size: Size) -> Result<(), Problem> {
        if size.depth > DEEPEST {
            return Err(Problem::new("pickle-other"));
        }
        self.parts = self.parts.saturating_add(size.parts);
        self.stack.push(size);
        Ok(())
    }

    fn pop(&mut self) -> Result<Size, Problem> {
        let size = self.stack.pop().ok_or_else(broken)?;
        self.parts = self.parts.saturating_sub(size.parts);
        Ok(size)
    }

    fn leaf(&mut self, bytes: usize) -> Result<(), Problem> {
        self.bytes(bytes)?;
        self.push(LEAF)
    }

    fn join(&mut self, count: usize) -> Result<(), Problem> {
        let inside: Vec<Size> = (0..count).map(|_| self.pop()).collect::<Result<_, _>>()?;
        self.push(around(&inside))
    }

    fn since_mark(&mut self) -> Result<Vec<Size>, Problem> {
        let mark = self.stack.iter().rposition(|size| size.mark).ok_or_else(broken)?;
        let inside: Vec<Size> =
            (mark + 1..self.stack.len()).map(|_| self.pop()).collect::<Result<_, _>>()?;
        self.pop()?;
        Ok(inside)
    }

    fn put(&mut self, bytes: usize) -> Result<(), Problem> {
        let key = self.number(bytes)?;
        let size = self.stack.last().copied().ok_or_else(broken)?;
        let before = self.memory.insert(key, size).map_or(0, |before| before.parts);
        self.parts = self.parts.saturating_add(size.parts).saturating_sub(before);
        self.copied = self.copied.saturating_add(size.parts);
        Ok(())
    }

    fn get(&mut self, bytes: usize) -> Result<(), Problem> {
        let key = self.number(bytes)?;
        let size = self.memory.get(&key).copied().ok_or_else(broken)?;
        self.copied = self.copied.saturating_add(size.parts);
        self.push(size)
    }
}

fn around(inside: &[Size]) -> Size {
    Size {
        parts: inside.iter().fold(1usize, |sum, size| sum.saturating_add(size.parts)),
        depth: inside.iter().map(|size| size.depth).max().unwrap_or(0) + 1,
        mark: false,
    }
}

fn broken() -> Problem {
    Problem::new("pickle-broken").with("what", "data.pkl")
}

fn harmless(module: &str, name: &str) -> Result<(), Problem> {
    let known = HARMLESS.iter().any(|(m, names)| *m == module && names.contains(&name));
    if known { Ok(()) } else { Err(code_in_it(module, name)) }
}

fn code_in_it(module: &str, name: &str) -> Problem {
    Problem::new("pickle-code").with("what", format!("{module}.{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(program: &[u8]) -> &'static str {
        screen(program).expect_err("refused").key()
    }

    #[test]
    fn what_tensors_need_passes() {
        assert!(screen(b"\x80\x02}q\x00X\x01\x00\x00\x00*K\x07s.").is_ok());
        assert!(screen(b"\x80\x02ccollections\nOrderedDict\nq\x00)R.").is_ok());
    }

    #[test]
    fn a_name_that_runs_something_is_refused_by_that_name() {
        let program = b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R.";
        let problem = screen(program).expect_err("code");
        assert_eq!(problem.key(), "pickle-code");
        assert_eq!(problem.facts(), [("what", "posix.system".to_owned())]);
        assert_eq!(key(b"(S'id'\nios\nsystem\n."), "pickle-other");
        assert_eq!(key(b"(ios\nsystem\n."), "pickle-code");
        assert_eq!(key(b"\x80\x02ctorch._utils\nsystem\n."), "pickle-code");
    }

    #[test]
    fn what_would_grow_or_go_deep_is_refused_before_it_does() {
        let mut laughs = b"\x80\x02)q\x00".to_vec();
        for _ in 0..40 {
            laughs.extend(b"h\x00h\x00\x86q\x00");
        }
        laughs.push(b'.');
        assert_eq!(key(&laughs), "pickle-other");
        let deep: Vec<u8> =
            b"\x80\x02)".iter().copied().chain([0x85; 10_000]).chain(*b".").collect();
        assert_eq!(key(&deep), "pickle-other");
        assert_eq!(key(b"\x80\x02X\xff\xff\xff\xffa."), "pickle-other");
        assert_eq!(key(b"\x80\x02\x8a\xff"), "pickle-other");
    }

    #[test]
    fn what_is_cut_or_cannot_run_is_broken() {
        for program in [&b""[..], b"\x80", b"\x80\x02X\x05\x00\x00\x00ab", b"R.", b"t.", b"h\x09."]
        {
            assert_eq!(key(program), "pickle-broken", "{program:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_bring_it_down(program in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            drop(screen(&program));
        }
    }
}
