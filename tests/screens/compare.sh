#!/usr/bin/env bash
# Screenshots of runs side by side: a grid, recordings of 10 and 20 steps, a fork.
#
#   tests/screens/compare.sh 80x24 screenshots
#
# Environment as for shoot.sh.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; }
size=$1 folder=$2
source "$(dirname "$0")/tool.sh"
variant=${VARIANT:-}
language=(--lang en)
[ "$variant" = zh ] && language=(--lang zh)
prompt="a red cat on a blue background"
mkdir -p "$folder"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
steps=()
does() { for step in "$@"; do steps+=(--do "$step"); done; }
shot() { does quiet:600 "shot:$folder/$1${variant:+-$variant}-$size.png"; }
take() { "$tool" "${options[@]}" "${steps[@]}" -- "$program" "$@" "${language[@]}"; steps=(); }

does quiet:2500
shot compare-grid
does key:5 quiet:300 key:p
shot compare-plane
does key:q exit:
take compare "$prompt" --seeds 1,2,3 --guidance 1,4,8

for n in 10 20; do
  "$program" run "$prompt" --steps "$n" --record "$scratch/$n-steps.safetensors" --quiet > /dev/null
done
does quiet:600 key:1
shot compare-tokens
does key:2
shot compare-embeddings
does key:3
shot compare-schedule
does key:4
shot compare-noise
does key:5 quiet:200 key:home key:right key:right key:right key:right
shot compare-steps
does key:x
shot compare-difference
does key:x key:7
shot compare-image
does key:q exit:
take compare "$scratch/10-steps.safetensors" "$scratch/20-steps.safetensors"

does wait:◐1 key:5 wait:1/ quiet:250
for _ in $(seq 9); do does key:right quiet:250; done
does key:f quiet:200 key:down key:down type:x key:ctrl-u 'type:a green fish on a white background'
shot fork-form
does key:enter quiet:200 key:enter quiet:3000 key:7
shot fork-image
does key:5 key:end quiet:300
shot fork-steps
does key:q exit:
take --seed 7 "$prompt"
