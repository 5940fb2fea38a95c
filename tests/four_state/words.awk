# SPDX-License-Identifier: Apache-2.0
#
# Makes the writes of registers and memories in a netlist of words (Yosys' write_verilog) tell an X:
# `if (enable)` alone would take X for 0. A register becomes X then, unless its new value is the old
# one; an X on the enable of a memory is an error, and so is one on its address while it is written.

# What is written, for a message.
function name_of(text) {
  sub(/^ */, "", text); sub(/ <= .*/, "", text); gsub(/\\/, "", text)
  return text
}

# if (enable) register <= value;
/^ *if \(.*\) [^;]* <= [^;]*;$/ {
  line = $0
  sub(/^ *if \(/, "", line)
  enable = line; sub(/\) .*/, "", enable)
  target = line; sub(/^[^)]*\) /, "", target); value = target
  sub(/ <= .*/, "", target); sub(/^.* <= /, "", value); sub(/;$/, "", value)
  printf "    begin if ((%s) === 1'bx) four_state_bench.of_is_x(\"%s\"); %s <= (%s) ? %s : %s; end\n", \
         enable, name_of(target), target, enable, value, target
  ++registers
  next
}

# if (enable), and in the next line: memory [address][bits] <= value;
/^ *if \(.*\)$/ { held = $0; next }
held != "" {
  if ($0 !~ /^ *[^ ]+ *\[[^]]*(\[[^]]*\])?[^]]*\](\[[^]]*\])? <= [^;]*;$/) {
    print "words.awk: no write of a memory: " $0 > "/dev/stderr"
    exit 1
  }
  enable = held; sub(/^ *if \(/, "", enable); sub(/\)$/, "", enable)
  address = $0; sub(/^ *[^ ]+ *\[/, "", address); sub(/\](\[[0-9:]*\])? <= .*/, "", address)
  printf "    if ((%s) !== 1'b0) begin\n", enable
  printf "      if ((%s) !== 1'b1 || (^(%s)) === 1'bx) four_state_bench.of_is_x(\"%s\");\n", enable, \
         address, name_of($0)
  print $0 "\n    end"
  held = ""
  ++memories
  next
}

{ print }

END { if (registers == 0) { print "words.awk: no register" > "/dev/stderr"; exit 1 } }
