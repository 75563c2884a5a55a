#!/usr/bin/env bash
# Screenshots of the first lesson: a question, and the beat that answers it.
#
#   tests/screens/shoot-lesson.sh 80x24 screenshots
#   VARIANT=zh tests/screens/shoot-lesson.sh 80x24 screenshots     Chinese
#
# SAFELIGHT names another program than the release build, TUISHOT_TARGET the tool's target folder.
set -euo pipefail

[ $# -eq 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; }
size=$1 folder=$2
source "$(dirname "$0")/tool.sh"
lang=en
[ "${VARIANT:-}" = zh ] && lang=zh
name() { echo "$folder/$1${VARIANT:+-$VARIANT}-$size.png"; }
next=(--do key:pgdn --do quiet:400)
"$tool" "${options[@]}" --do quiet:800 --do "shot:$(name lesson-question)" \
  --do key:b --do key:enter --do "wait:◐1" --do quiet:400 --do "shot:$(name lesson-answer)" \
  "${next[@]}" "${next[@]}" "${next[@]}" "${next[@]}" --do key:b --do key:enter --do "wait:◐5" \
  --do quiet:600 --do "shot:$(name lesson-step)" \
  -- "$program" lesson from-words-to-picture --lang "$lang"
