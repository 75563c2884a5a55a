#!/usr/bin/env bash
# check.sh BINARY [MODEL...]: walks on the GPU, held against the processor's walk; see README.md.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 BINARY [MODEL...]" >&2; exit 2; }
binary=$(realpath "$1"); shift
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-gpu-check}
mkdir -p "$out"

"$binary" doctor | tee "$out/doctor.txt"
"$binary" doctor --json >"$out/doctor.json"
python3 - "$out/doctor.json" <<'P' || exit 1
import json, sys
cuda = json.load(open(sys.argv[1]))["devices"]["cuda"]
if not cuda["works"]:
    sys.exit(f"check.sh: no CUDA device works here ({cuda['problem']})")
P

status=0
walk() { # NAME MODEL STEPS DEVICE DTYPE
  local file=$out/$1-$4-$5.safetensors
  echo "== $1 on $4 in $5"
  "$binary" run "a red cat on a blue background" --model "$2" --seed 7 --steps "$3" \
    --device "$4" --dtype "$5" --record "$file" --record-precision full --force --quiet \
    --json >"$out/$1-$4-$5.jsonl"
}
for model in pocket "$@"; do
  name=$(basename "$model" .safetensors)
  steps=20; [ "$model" = pocket ] || steps=8
  walk "$name" "$model" "$steps" cpu f32
  for dtype in f32 f16 bf16; do
    if ! walk "$name" "$model" "$steps" cuda "$dtype"; then
      # A build for cards before 8.0 has no bf16, and says so.
      [ "$dtype" = bf16 ] || status=1
      continue
    fi
    python3 "$here/compare.py" "$here/expected.json" "$dtype" \
      "$out/$name-cpu-f32.safetensors" "$out/$name-cuda-$dtype.safetensors" \
      >"$out/$name-$dtype.txt" || status=1
    tail -n 3 "$out/$name-$dtype.txt"
  done
done

if "$binary" bench --help >/dev/null 2>&1; then
  "$binary" bench --family sd15 --size 512 --device cuda --dtype f16 --json >"$out/bench-sd15.json" || status=1
  "$binary" bench --family sdxl --size 1024 --device cuda --dtype f16 --json >"$out/bench-sdxl.json" || status=1
  cat "$out"/bench-*.json
fi

python3 - "$out" "$status" <<'P'
import glob, json, os, sys
out, status = sys.argv[1], int(sys.argv[2])
read = lambda path: json.loads(open(path).read() or "null")
summary = {
    "passed": status == 0,
    "doctor": read(os.path.join(out, "doctor.json")),
    "bench": {os.path.basename(p): read(p) for p in sorted(glob.glob(os.path.join(out, "bench-*.json")))},
    "held": {os.path.basename(p): open(p).read().splitlines()[-1] for p in sorted(glob.glob(os.path.join(out, "*-*.txt")))},
}
json.dump(summary, open(os.path.join(out, "summary.json"), "w"), indent=1)
print("passed" if summary["passed"] else "FAILED", "- see", os.path.join(out, "summary.json"))
P
exit "$status"
