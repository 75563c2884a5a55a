#!/usr/bin/env bash
# Screenshots of the real program: one PNG a screen, made without a display.
#
#   tests/screens/shoot.sh 80x24 screenshots            English, dark
#   VARIANT=zh tests/screens/shoot.sh 80x24 screenshots     Chinese
#   VARIANT=light tests/screens/shoot.sh 80x24 screenshots  on a light background
#
# What follows the folder goes to safelight. SAFELIGHT names another program than the release
# build, FONTS other fonts (the first one gives the size of a cell; Chinese needs a second).
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2; }
size=$1 folder=$2
shift 2
variant=${VARIANT:-}
source "$(dirname "$0")/tool.sh"
if [ "$variant" = zh ] && [ "$found" -lt 2 ]; then
  echo "no font with Chinese letters is here (Debian: fonts-wqy-microhei)" >&2
  exit 1
fi
case $variant in
  zh) set -- --lang zh "$@" ;;
  light) options+=(--light) ;;
  "") ;;
  *) echo "VARIANT is zh, light or nothing" >&2; exit 2 ;;
esac
mkdir -p "$folder"

steps=()
does() { for step in "$@"; do steps+=(--do "$step"); done; }
shot() { does quiet:400 "shot:$folder/$1${variant:+-$variant}-$size.png"; }
stage() { does "key:$1" "wait:◐$1"; shot "$2"; }

# A step in the making draws its progress: the screen is quiet when the step is there.
onward() { for _ in $(seq "$1"); do does key:right quiet:250; done; }

does wait:safelight
shot doors
does key:i
shot training
does key:esc quiet:200 key:p
shot drawings
does key:x
shot held-out
does key:p quiet:200 key:7 wait:snail
shot teach
does key:enter wait:128
shot learning
# The summary has an arrow between two losses.
does 'wait: → '
shot learned
does key:tab
shot learned-changes
does key:tab key:esc quiet:200 key:enter wait:◐1
shot tokens
does key:v
shot taught
does key:esc quiet:200
stage 2 embeddings
stage 3 schedule
stage 4 noise
does key:b
shot noise-by-hand
does key:b
does key:5 wait:1/ quiet:250
onward 6
shot step
does key:a
shot step-attention
does key:a key:b
shot step-by-hand
does key:b
onward 9
shot step-late
stage 6 decode
stage 7 image
does key:x wait:Δ
shot nearest
does key:x
does key:b
shot image-by-hand
does key:b
does 'key:?'
shot help
does key:esc quiet:100 key:g
shot glossary
does key:esc quiet:100 key:s
shot settings
does key:esc quiet:100 key:q exit:

"$tool" "${options[@]}" "${steps[@]}" -- "$program" --seed 7 "$@"
