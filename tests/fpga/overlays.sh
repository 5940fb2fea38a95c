#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the device-tree overlays of the boards without a warning, applies them to the part of a Zynq
# UltraScale+ tree that they refer to, and reads back what the host's driver relies on.
set -euo pipefail
cd "$(dirname "$0")/../.."
. fpga/tools.sh
need_tools dtc fdtoverlay fdtget tclsh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# compile NAME SOURCE: a warning is an error.
compile() {
  dtc -@ -I dts -O dtb -o "$scratch/$1" "$2" 2>"$scratch/warnings" || { cat "$scratch/warnings"; exit 1; }
  [ ! -s "$scratch/warnings" ] || { cat "$scratch/warnings"; exit 1; }
}

# same WHAT EXPECTED GOT
same() {
  [ "$2" = "$3" ] || { echo "$board: $1 is '$3', expected '$2'"; exit 1; }
}

compile base.dtb tests/fpga/zynqmp_base.dts
boards=0
for overlay in fpga/boards/*/overlay.dts; do
  board=$(basename "$(dirname "$overlay")")
  compile overlay.dtbo "$overlay"
  fdtoverlay -i "$scratch/base.dtb" -o "$scratch/tree.dtb" "$scratch/overlay.dtbo"
  get() { fdtget "$scratch/tree.dtb" "$@"; }

  # Where build.tcl puts the registers, and the ports of the core.
  registers=$(sed -nE 's/^\} [0-9]+ (0x[0-9a-f]+)$/\1/p' "fpga/boards/$board/build.tcl")
  node=/axi/trine@${registers#0x}
  same "the UIO device" generic-uio "$(get "$node" compatible)"
  same "its name" trine "$(get "$node" linux,uio-name)"
  same "the registers" "0 ${registers#0x} 0 1000" "$(get -t x "$node" reg)"
  same "the interrupt" "0 89 4" "$(get "$node" interrupts)"
  same "its controller" "$(get /axi/interrupt-controller@f9010000 phandle)" "$(get "$node" interrupt-parent)"
  same "the buffer" ikwzm,u-dma-buf "$(get /axi/trine-buffer compatible)"
  same "its name" trine-buffer "$(get /axi/trine-buffer device-name)"
  same "the bitstream" trine.bit.bin "$(get /fpga-full firmware-name)"
  boards=$((boards + 1))
done
[ "$boards" -ge 2 ] || { echo "only $boards boards have an overlay"; exit 1; }

# A reference to nothing does not pass.
sed 's/&gic/\&gik/' fpga/boards/kv260/overlay.dts >"$scratch/bad.dts"
dtc -@ -I dts -O dtb -o "$scratch/bad.dtbo" "$scratch/bad.dts" 2>/dev/null
if fdtoverlay -i "$scratch/base.dtb" -o "$scratch/tree.dtb" "$scratch/bad.dtbo" 2>/dev/null; then
  echo "an overlay that refers to nothing was applied"
  exit 1
fi
echo "$boards overlays"
