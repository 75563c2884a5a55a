#!/usr/bin/env bash
# build.sh OUT: the Linux binary with CUDA, that also starts without a driver, into OUT/safelight.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 OUT" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
cargo fetch --locked
eval "$(.ci/cuda-toolkit.sh "$out/cuda")"
cargo build --locked --release --features cuda
cp "${CARGO_TARGET_DIR:-target}/release/safelight" "$out/safelight"
strip "$out/safelight"
if readelf -d "$out/safelight" | grep NEEDED | grep -E 'cuda|cublas|curand|nvrtc'; then
  echo "build.sh: the binary would not start without the libraries above" >&2
  exit 1
fi
"$out/safelight" doctor
