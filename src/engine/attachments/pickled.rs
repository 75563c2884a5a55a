//! An attachment that torch has saved (`.pt`, `.bin`): tensors by name, read with candle's pickle
//! reader, which runs no code.
//!
//! A pickle is a small program. Before candle's machine makes objects of it, `screen` has gone
//! through it: what names a function or a class that tensors do not need is refused, and so is what
//! would grow without bounds. The forms: AUTOMATIC1111's, one tensor under `string_to_param`; and
//! tensors by name, as diffusers writes a learned concept.

mod archive;
mod screen;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use candle_core::pickle::{Object, Stack};
use candle_core::{Device, Tensor};
use half::{bf16, f16};

use self::archive::Archive;
use super::embedding::{EMB_PARAMS, clipped};
use crate::walk::Problem;

/// The largest file that is read.
pub(super) const LARGEST: u64 = 64 << 20;
/// The largest program in it.
const LONGEST: usize = 1 << 20;
/// More tensors than any learned word has.
const MOST: usize = 64;

/// How torch's archive and its form before 1.6 begin.
const ARCHIVE: &[u8] = b"PK\x03\x04";
const PICKLE: u8 = 0x80;

/// Whether these are the first bytes of a file that torch has saved.
pub(super) fn is_pickled(bytes: &[u8]) -> bool {
    bytes.starts_with(ARCHIVE) || bytes.first() == Some(&PICKLE)
}

/// The tensors of such a file, in 32 bits.
///
/// # Errors
/// `pickle-code` where loading it in Python would run something, `pickle-old` for the form of
/// torch before 1.6, `pickle-broken` for what is cut or says what cannot be, `pickle-other` where it
/// holds no tensors by name.
pub(super) fn tensors(bytes: &[u8], path: &Path) -> Result<BTreeMap<String, Tensor>, Problem> {
    let about = |problem: Problem| problem.with("file", path.display());
    if !bytes.starts_with(ARCHIVE) {
        return Err(about(Problem::new("pickle-old")));
    }
    read(bytes).map_err(about)
}

fn read(bytes: &[u8]) -> Result<BTreeMap<String, Tensor>, Problem> {
    let archive = Archive::open(bytes).ok_or_else(|| broken("archive"))?;
    let (folder, program) = archive.ending("data.pkl").ok_or_else(|| broken("data.pkl"))?;
    if program.len() > LONGEST {
        return Err(broken("data.pkl"));
    }
    screen::screen(program)?;
    let mut stack = Stack::empty();
    stack.read_loop(&mut Cursor::new(program)).map_err(|_| broken("data.pkl"))?;
    let object = stack.finalize().map_err(|_| broken("data.pkl"))?;
    let found = named(&object).ok_or_else(|| Problem::new("pickle-other"))?;
    if found.is_empty() || found.len() > MOST {
        return Err(Problem::new("pickle-other"));
    }
    let tensors = found.into_iter().map(|(name, object)| {
        let tensor = tensor(object, folder, &archive).ok_or_else(|| broken(name))?;
        Ok((name.to_owned(), tensor))
    });
    tensors.collect()
}

fn broken(what: &str) -> Problem {
    Problem::new("pickle-broken").with("what", clipped(what))
}

/// The tensors of a dictionary by name: of AUTOMATIC1111's form the one that stands for the word.
fn named(object: &Object) -> Option<Vec<(&str, &Object)>> {
    let entries = dictionary(object)?;
    if let Some(parameters) = value(entries, "string_to_param") {
        let [(_, tensor)] = parameters_of(parameters)? else { return None };
        return Some(vec![(EMB_PARAMS, tensor)]);
    }
    entries
        .iter()
        .map(|(name, value)| match name {
            Object::Unicode(name) => Some((name.as_str(), value)),
            _ => None,
        })
        .collect()
}

const fn dictionary(object: &Object) -> Option<&Vec<(Object, Object)>> {
    if let Object::Dict(entries) = object { Some(entries) } else { None }
}

fn value<'a>(entries: &'a [(Object, Object)], key: &str) -> Option<&'a Object> {
    let is = |name: &Object| matches!(name, Object::Unicode(name) if name == key);
    entries.iter().find(|(name, _)| is(name)).map(|(_, value)| value)
}

/// A plain dictionary, or torch's `ParameterDict` with one inside.
fn parameters_of(object: &Object) -> Option<&[(Object, Object)]> {
    if let Object::Build { args, .. } = object {
        let inside = value(dictionary(args)?, "_parameters")?;
        return dictionary(inside).map(Vec::as_slice);
    }
    dictionary(object).map(Vec::as_slice)
}

/// `_rebuild_tensor_v2(storage, offset, size, stride, …)`, perhaps inside `_rebuild_parameter`.
fn tensor(object: &Object, folder: &str, archive: &Archive) -> Option<Tensor> {
    let (name, args) = call(object)?;
    if name == "_rebuild_parameter" {
        return tensor(args.first()?, folder, archive);
    }
    let ("_rebuild_tensor_v2", [storage, offset, size, stride, ..]) = (name, args) else {
        return None;
    };
    let Object::PersistentLoad(storage) = storage else { return None };
    let Object::Tuple(storage) = &**storage else { return None };
    let [_, Object::Class { class_name, .. }, Object::Unicode(key), ..] = storage.as_slice() else {
        return None;
    };
    let (size, stride) = (whole_numbers(size)?, whole_numbers(stride)?);
    let count = size.iter().try_fold(1usize, |n, d| n.checked_mul(*d))?;
    if size.len() > 4 || !is_contiguous(&size, &stride) || count == 0 {
        return None;
    }
    let numbers = numbers(archive.file(&format!("{folder}data/{key}"))?, class_name)?;
    let from = whole_number(offset)?;
    let numbers = numbers.get(from..from.checked_add(count)?)?;
    Tensor::from_slice(numbers, size, &Device::Cpu).ok()
}

/// A call that the program asks for, and that is not made: what is called, and with what.
fn call(object: &Object) -> Option<(&str, &[Object])> {
    let Object::Reduce { callable, args } = object else { return None };
    let Object::Class { class_name, .. } = &**callable else { return None };
    if let Object::Tuple(args) = &**args { Some((class_name, args)) } else { None }
}

fn whole_number(object: &Object) -> Option<usize> {
    match object {
        Object::Int(n) => usize::try_from(*n).ok(),
        Object::Long(n) => usize::try_from(*n).ok(),
        _ => None,
    }
}

fn whole_numbers(object: &Object) -> Option<Vec<usize>> {
    if let Object::Tuple(all) = object { all.iter().map(whole_number).collect() } else { None }
}

/// Whether the numbers lie in row-major order without gaps.
fn is_contiguous(size: &[usize], stride: &[usize]) -> bool {
    let mut step = 1usize;
    size.len() == stride.len()
        && size.iter().zip(stride).rev().all(|(&length, &found)| {
            let fits = length == 1 || found == step;
            step = step.saturating_mul(length);
            fits
        })
}

/// The numbers of a storage of torch.
fn numbers(bytes: &[u8], class: &str) -> Option<Vec<f32>> {
    fn each<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
        bytes.as_chunks::<N>().0.iter().map(|chunk| number(*chunk)).collect()
    }
    Some(match class {
        "FloatStorage" => each(bytes, f32::from_le_bytes),
        "DoubleStorage" => each(bytes, |b| f64::from_le_bytes(b) as f32),
        "HalfStorage" => each(bytes, |b| f16::from_le_bytes(b).to_f32()),
        "BFloat16Storage" => each(bytes, |b| bf16::from_le_bytes(b).to_f32()),
        _ => return None,
    })
}
