#!/usr/bin/env bash
# metal-check.sh: checks the types of the build for a Mac, Metal included, on any machine.
#
# The standard library for aarch64-apple-darwin comes from rustup; nothing is linked. One crate
# (ring) compiles C and assembly for the target: stand-ins for compiler and archiver write empty
# files, which is enough for types. The program's shaders are compiled by the system when it runs,
# so that a Mac alone shows whether they work.
#
# Give it a CARGO_TARGET_DIR of its own: what it leaves there is no program.
set -euo pipefail
cd "$(dirname "$0")/.."

target=aarch64-apple-darwin
rustup target list --installed | grep -qx "$target" || rustup target add "$target"

stand=$(mktemp -d)
trap 'rm -rf "$stand"' EXIT
cat >"$stand/cc" <<'C'
#!/bin/sh
# Writes an empty file to each -o.
while [ $# -gt 0 ]; do
  [ "$1" = -o ] && : >"$2"
  shift
done
C
cat >"$stand/ar" <<'A'
#!/bin/sh
# Makes an empty archive.
for name; do
  case $name in *.a) : >"$name" ;; esac
done
A
chmod +x "$stand/cc" "$stand/ar"

export CC_aarch64_apple_darwin=$stand/cc AR_aarch64_apple_darwin=$stand/ar
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target/metal-check}
cargo clippy --locked --target "$target" --all-targets "$@" -- -D warnings
