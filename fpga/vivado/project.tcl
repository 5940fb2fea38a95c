# SPDX-License-Identifier: Apache-2.0
#
# What the Vivado builds of all boards share: a project with the core's sources, a block design, its
# runs and its reports. Sourced by fpga/boards/*/build.tcl; `root` is the project's folder, `out` where
# everything is written.

# trine_project NAME PART BOARD: an empty project; BOARD is a pattern of Vivado's board files, whose
# newest version is taken, or empty.
proc trine_project {name part board} {
  global root out
  create_project $name $out/project -part $part -force
  if {$board ne ""} {
    set found [lsort -dictionary [get_board_parts -quiet $board]]
    if {[llength $found] == 0} {
      error "Vivado has no board files for '$board'"
    }
    set_property board_part [lindex $found end] [current_project]
  }
  set_property target_language Verilog [current_project]

  set sources [glob $root/rtl/trine_pkg.sv $root/rtl/generated/*_pkg.sv $root/rtl/*/*_pkg.sv]
  foreach folder {. common control memory matrix matrix/trit matrix/f16 vector attention} {
    foreach file [lsort [glob $root/rtl/$folder/*.sv]] {
      if {[lsearch -exact $sources $file] < 0} {
        lappend sources $file
      }
    }
  }
  add_files -norecurse $sources
  add_files -norecurse [lsort [glob $root/fpga/trine_axi*.v]]
  set_property include_dirs $root/rtl [get_filesets sources_1]
  update_compile_order -fileset sources_1
}

# trine_core CELL PARAMETERS: the core with four memory ports, m00_axi to m03_axi.
proc trine_core {cell parameters} {
  create_bd_cell -type module -reference trine_axi4 $cell
  set config {}
  foreach {name value} $parameters {
    lappend config CONFIG.$name $value
  }
  set_property -dict $config [get_bd_cells $cell]
}

# trine_connect FROM TO...: a net from a pin to pins.
proc trine_connect {from args} {
  foreach to $args {
    connect_bd_net [get_bd_pins $from] [get_bd_pins $to]
  }
}

# trine_connect_interface FROM TO: pins of cells, or ports of the design, whose names have no slash.
proc trine_connect_interface {from to} {
  set ends {}
  foreach name [list $from $to] {
    if {[string first / $name] < 0} {
      lappend ends [get_bd_intf_ports $name]
    } else {
      lappend ends [get_bd_intf_pins $name]
    }
  }
  connect_bd_intf_net {*}$ends
}

# trine_run DESIGN CONSTRAINTS JOBS: checks the block design, then synthesis, place and route, bitstream
# and reports; ends with an error when a step fails or a clock is missed.
proc trine_run {design constraints jobs} {
  global out
  validate_bd_design
  save_bd_design
  add_files -norecurse [make_wrapper -files [get_files $design.bd] -top]
  set_property top ${design}_wrapper [get_filesets sources_1]
  add_files -fileset constrs_1 -norecurse $constraints
  update_compile_order -fileset sources_1

  foreach {run step} {synth_1 synth_design impl_1 write_bitstream} {
    if {$run eq "impl_1"} {
      launch_runs $run -to_step $step -jobs $jobs
    } else {
      launch_runs $run -jobs $jobs
    }
    wait_on_run $run
    if {[get_property PROGRESS [get_runs $run]] ne "100%"} {
      error "$run: [get_property STATUS [get_runs $run]]"
    }
  }

  open_run impl_1
  report_utilization -file $out/utilization.rpt
  report_utilization -hierarchical -file $out/utilization_by_module.rpt
  report_timing_summary -max_paths 10 -file $out/timing.rpt
  file copy -force [glob $out/project/*.runs/impl_1/*.bit] $out/trine.bit
  write_hw_platform -fixed -include_bit -force -file $out/trine.xsa
  set slack [get_property SLACK [get_timing_paths -max_paths 1 -setup]]
  if {$slack < 0} {
    error "the worst path misses the clock by [expr {-$slack}] ns, see $out/timing.rpt"
  }
}
