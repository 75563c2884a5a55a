#!/usr/bin/env bash
# Screenshots of the first lesson before a room: question, hands, answer, schedule, step, picture.
#
#   tests/screens/shoot-present.sh 64x18 screenshots
#   VARIANT=zh tests/screens/shoot-present.sh 64x18 screenshots     Chinese (also en+zh, light)
#
# SAFELIGHT names another program than the release build, TUISHOT_TARGET the tool's target folder.
set -euo pipefail

[ $# -eq 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; }
size=$1 folder=$2
source "$(dirname "$0")/tool.sh"
lang=en
case "${VARIANT:-}" in
  zh | en+zh) lang=$VARIANT ;;
  light) options+=(--light) ;;
esac
name() { echo "$folder/present-$1${VARIANT:+-$VARIANT}-$size.png"; }
next=(--do key:pgdn --do quiet:500)
hands=()
for key in a 1 2 b 9 c 7; do hands+=(--do "key:$key"); done
"$tool" "${options[@]}" --do quiet:800 --do "shot:$(name question)" \
  "${hands[@]}" --do quiet:400 --do "shot:$(name hands)" \
  "${next[@]}" --do "wait:✓" --do quiet:400 --do "shot:$(name answer)" \
  "${next[@]}" --do quiet:400 --do "shot:$(name embeddings)" \
  "${next[@]}" --do quiet:400 --do "shot:$(name schedule)" \
  "${next[@]}" --do quiet:400 --do "shot:$(name noise)" \
  "${next[@]}" "${next[@]}" --do "wait:✓" --do quiet:600 --do "shot:$(name step)" \
  "${next[@]}" "${next[@]}" --do "wait:✓" --do quiet:1200 --do "shot:$(name decode)" \
  "${next[@]}" --do quiet:1500 --do "shot:$(name image)" \
  -- "$program" lesson from-words-to-picture --present --lang "$lang" --threads 1
