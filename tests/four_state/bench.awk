# SPDX-License-Identifier: Apache-2.0
#
# Prints the bench that replays recorded vectors (sim/vector_record.h) from ports.txt: -v top=MODULE,
# -v free="NAME ...", -v clocks="NAME ...".
#
# An output named x_y_o holds only while x_valid_o is 1, if there is one, data_o while valid_o is; one
# that `free` has as NAME=VALID while VALID is 1, as NAME never; all others hold always. An output that holds is the recorded
# one, bit by bit: an X is an error like any other difference.
{ way[NR] = $1; name[NR] = $2; width[NR] = $3; known[$2] = 1; bits[$1] += $3 }

# The output that says whether another one holds; empty for none.
function valid_of(output, prefix) {
  prefix = output
  sub(/o$/, "", prefix)
  while (sub(/[a-z0-9]+_$/, "", prefix)) {
    if ((prefix "valid_o") in known && prefix "valid_o" != output) return prefix "valid_o"
  }
  return ""
}

END {
  print "`timescale 1ns/1ns"
  print "module four_state_bench;"
  printf "  reg [%d:0] in;\n  reg [%d:0] want;\n", bits["IN"] - 1, bits["OUT"] - 1
  print "  reg clk = 1'b0, armed = 1'b0;"
  print "  integer file, row = 0, errors = 0;"
  print "  reg [8*1000-1:0] path;"
  at["IN"] = bits["IN"]; at["OUT"] = bits["OUT"]
  for (i = 1; i <= NR; ++i) {
    low[i] = at[way[i]] -= width[i]
    if (way[i] == "OUT") printf "  wire [%d:0] %s;\n", width[i] - 1, name[i]
  }
  printf "  %s dut (\n", top
  count = split(clocks, clock, " ")
  for (i = 1; i <= count; ++i) printf "    .%s(clk),\n", clock[i]
  for (i = 1; i <= NR; ++i) {
    if (way[i] == "IN") printf "    .%s(in[%d:%d])", name[i], low[i] + width[i] - 1, low[i]
    else printf "    .%s(%s)", name[i], name[i]
    print i < NR ? "," : "\n  );"
  }
  print "  task enable_is_x; if (armed) begin"
  print "    errors = errors + 1;"
  print "    if (errors < 10) $display(\"row %0d: an enable is X\", row);"
  print "  end endtask"
  print "  task of_is_x;"
  print "    input [8*200-1:0] name;"
  print "    if (armed) begin"
  print "      errors = errors + 1;"
  print "      if (errors < 10) $display(\"row %0d: X where %0s is written\", row, name);"
  print "    end"
  print "  endtask"
  print "  task compare; begin"
  split(free, list, " ")
  for (i in list) {
    if (split(list[i], pair, "=") == 2) valid_given[pair[1]] = pair[2]
    else skip[list[i]] = 1
  }
  for (i = 1; i <= NR; ++i) {
    if (way[i] != "OUT" || name[i] in skip) continue
    valid = name[i] in valid_given ? valid_given[name[i]] : valid_of(name[i])
    printf "    if (%s !== want[%d:%d]%s) begin\n", name[i], low[i] + width[i] - 1, low[i],
           valid == "" ? "" : " && (|" valid ") !== 1'b0"
    print "      errors = errors + 1;"
    printf "      if (errors < 10) $display(\"row %%0d: %s is %%h, not %%h\", row, %s, want[%d:%d]);\n",
           name[i], name[i], low[i] + width[i] - 1, low[i]
    print "    end"
  }
  print "  end endtask"
  print "  initial begin"
  print "    if (!$value$plusargs(\"vectors=%s\", path)) $finish;"
  print "    file = $fopen(path, \"r\");"
  print "    while ($fscanf(file, \"%b %b\\n\", in, want) == 2) begin"
  print "      #1;"
  reset = ""
  for (i = 1; i <= NR; ++i) if (name[i] == "rst_ni") reset = "in[" low[i] "]"
  # Without a reset, what holds says so itself.
  printf "      armed = %s;\n", reset == "" ? "1'b1" : reset
  print "      if (armed) compare;"
  print "      clk = 1'b1;\n      #1 clk = 1'b0;\n      row = row + 1;"
  print "    end"
  print "    $display(\"%0d rows, %0d errors\", row, errors);"
  print "    $finish;"
  print "  end"
  print "endmodule"
}
