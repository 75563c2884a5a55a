# Read by the scripts beside it, once $size is known: $program is what is photographed, $tool what
# photographs it (built if it is not there), "${options[@]}" size, fonts and patience, $found how many
# fonts there are. SAFELIGHT names another program than the release build, TUISHOT_TARGET the tool's
# target folder, FONTS other fonts (the first one gives the size of a cell; Chinese needs a second).
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
program=${SAFELIGHT:-$root/target/release/safelight}
tool_target=${TUISHOT_TARGET:-$root/target/tuishot}
tool=$tool_target/release/tuishot
[ -x "$program" ] || { echo "build first: cargo build --release ($program is not there)" >&2; exit 1; }
[ -x "$tool" ] || cargo build --release --quiet --target-dir "$tool_target" \
  --manifest-path "$root/tests/screens/tuishot/Cargo.toml"

fonts=${FONTS:-/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf
/usr/share/fonts/truetype/wqy/wqy-microhei.ttc
/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc}
options=(--size "$size" --timeout 120)
found=0
for font in $fonts; do
  if [ -f "$font" ]; then options+=(--font "$font"); found=$((found + 1)); fi
done
