# SPDX-License-Identifier: Apache-2.0
#
# tclsh tests/fpga/vivado_lint.tcl ROOT SCRIPT: runs a board's build.tcl with stand-ins for Vivado's
# commands. They check names and arguments, that cells, pins, interfaces, parameters and files exist,
# and that the core is connected as a whole; then they read the constraints in the same way.

lassign $argv root script
source [file join [file dirname [info script]] vivado_commands.tcl]

namespace eval lint {
  variable kind                 ;# cell -> IP or module
  variable ports {}             ;# ports of the block design
  variable connected            ;# ends of nets -> 1
  variable modules              ;# what the Verilog files declare
  variable scratch [file normalize [lindex $argv 2]]
  variable calls 0
  variable constraint_files {}
  variable mapped               ;# address spaces -> their segments

  proc fail {text} { error "lint: $text" }

  # check COMMAND ITS OPTIONS AND COUNTS ARGUMENTS: {options positional} or an error.
  proc check {command known low high arguments} {
    variable values
    set given {}
    set others {}
    for {set i 0} {$i < [llength $arguments]} {incr i} {
      set argument [lindex $arguments $i]
      if {[regexp {^-[a-z_]+$} $argument]} {
        if {$argument in $known} {
          dict set given $argument 1
        } elseif {"$argument=" in $known} {
          if {[incr i] >= [llength $arguments]} { fail "$command: $argument has no value" }
          set value [lindex $arguments $i]
          set key $command.[string range $argument 1 end]
          if {[dict exists $values $key] && $value ni [dict get $values $key]} {
            fail "$command: $argument is '$value', none of [dict get $values $key]"
          }
          dict set given $argument $value
        } else {
          fail "$command: there is no option $argument"
        }
      } else {
        lappend others $argument
      }
    }
    if {[llength $others] < $low || [llength $others] > $high} {
      fail "$command: [llength $others] arguments, $low to $high are taken"
    }
    return [list $given $others]
  }

  proc matches {name patterns} {
    foreach pattern $patterns { if {[string match $pattern $name]} { return 1 } }
    return 0
  }

  # split_end NAME: the cell and the rest of cell/rest.
  proc split_end {what name} {
    variable kind
    if {![regexp {^/?([^/]+)/(.+)$} $name - cell rest]} { fail "$what: '$name' is no cell/name" }
    if {![info exists kind($cell)]} { fail "$what: there is no cell '$cell'" }
    return [list $cell $rest]
  }

  proc known {cell what} {
    variable kind
    variable cells
    set key $kind($cell).$what
    return [expr {[info exists cells($key)] ? $cells($key) : {}}]
  }

  # end WHAT NAME: checks a pin or interface; a name with * stands for the one that fits.
  proc end {what name} {
    lassign [split_end $what $name] cell rest
    set all [known $cell $what]
    if {[string first * $rest] >= 0} {
      set fits {}
      foreach one $all { if {[string match $rest $one]} { lappend fits $one } }
      if {[llength $fits] != 1} { fail "$what: '$name' fits [llength $fits] of $cell" }
      set rest [lindex $fits 0]
    } elseif {![matches $rest $all]} {
      fail "$what: cell '$cell' has no '$rest'"
    }
    return $cell/$rest
  }

  proc port {name} {
    variable ports
    if {$name ni $ports} { fail "there is no port '$name'" }
    return port:$name
  }

  # read_module FILE: its parameters, ports and inferred interfaces as a cell.
  proc read_module {file} {
    variable cells
    variable modules
    set in [open $file]
    set text [read $in]
    close $in
    if {![regexp {\nmodule\s+(\w+)} $text - name]} return
    set modules($name) $file
    set cells($name.config) [lmap {- p} [regexp -all -inline {\n\s*parameter\s+(?:\[[^\]]*\]\s*)?(\w+)} $text] {set p}]
    set cells($name.pins) [lmap {- p} [regexp -all -inline {\n\s*(?:input|output)\s+wire\s+(?:\[[^\]]*\]\s*)?(\w+)} $text] {set p}]
    set cells($name.interfaces) [lsort -unique [lmap {- i} [regexp -all -inline {interface:aximm:1.0 (\w+) } $text] {set i}]]
    set cells($name.spaces) [lsearch -all -inline $cells($name.interfaces) m*]
    set cells($name.segments) [lmap i [lsearch -all -inline $cells($name.interfaces) s*] {set i $i/reg0}]
  }

  proc run {command given others} {
    variable kind
    variable cells
    variable ports
    variable connected
    variable modules
    variable scratch
    variable constraint_files
    variable mapped
    set first [lindex $others 0]
    switch $command {
      create_project { file mkdir [lindex $others 1]; return $first }
      current_project { return project }
      current_design { return design }
      get_board_parts { return [list [string map {* 1.0} $first] [string map {* 1.10} $first]] }
      get_filesets {
        if {$first ni {sources_1 constrs_1 sim_1}} { fail "there is no fileset '$first'" }
        return fileset:$first
      }
      get_runs {
        if {$first ni {synth_1 impl_1}} { fail "there is no run '$first'" }
        return run:$first
      }
      get_files { return file:$first }
      add_files {
        foreach file $first {
          if {![file exists $file]} { fail "add_files: there is no file $file" }
          if {[string match *.v $file]} { read_module $file }
          if {[string match *.xdc $file]} { lappend constraint_files $file }
        }
      }
      create_bd_cell {
        if {[dict get $given -type] eq "module"} {
          set name [dict get $given -reference]
          if {![info exists modules($name)]} { fail "there is no module '$name' in the sources" }
        } else {
          if {![regexp {^xilinx\.com:ip:(\w+)(:[0-9.]+)?$} [dict get $given -vlnv] - name] ||
              ![info exists cells($name.pins)]} {
            fail "create_bd_cell: there is no IP '[dict get $given -vlnv]'"
          }
        }
        if {[info exists kind($first)]} { fail "there are two cells '$first'" }
        set kind($first) $name
      }
      create_bd_port - create_bd_intf_port { lappend ports $first }
      get_bd_cells {
        if {![info exists kind($first)]} { fail "there is no cell '$first'" }
        return cell:$first
      }
      get_bd_pins { return [end pins $first] }
      get_bd_intf_pins { return [end interfaces $first] }
      get_bd_ports - get_bd_intf_ports { return [port $first] }
      get_bd_addr_spaces { return [end spaces $first] }
      get_bd_addr_segs {
        lassign [split_end segments $first] cell rest
        foreach one [known $cell segments] {
          # Both sides may have patterns; what is ours has only *.
          if {[string match $one $rest] || [string match $one [string map {* _8HI} $rest]]} { return $cell/$rest }
        }
        if {[dict exists $given -quiet]} { return "" }
        fail "cell '$cell' has no segment '$rest'"
      }
      connect_bd_net - connect_bd_intf_net {
        if {[llength $others] < 2} { fail "$command: a net needs two ends" }
        foreach one $others { set connected($one) 1 }
      }
      assign_bd_address {
        if {[dict exists $given -target_address_space]} {
          lappend mapped([dict get $given -target_address_space]) $first
        }
        foreach option {-offset} {
          if {[dict exists $given $option] && ![string is wideinteger [dict get $given $option]]} {
            fail "assign_bd_address: $option is '[dict get $given $option]'"
          }
        }
        if {[dict exists $given -range] && ![regexp {^\d+[KMG]$} [dict get $given -range]]} {
          fail "assign_bd_address: -range is '[dict get $given -range]'"
        }
      }
      validate_bd_design {
        foreach cell [array names kind] {
          if {![string match trine* $kind($cell)]} continue
          set wanted [concat $cells($kind($cell).interfaces) aclk aresetn interrupt]
          foreach one $wanted {
            if {![info exists connected($cell/$one)]} { fail "$cell/$one is not connected" }
          }
          foreach space $cells($kind($cell).spaces) {
            if {![info exists mapped($cell/$space)]} { fail "$cell/$space has no addresses" }
          }
        }
      }
      make_wrapper {
        set file $scratch/[string range [dict get $given -files] 5 end]_wrapper.v
        close [open $file w]
        return $file
      }
      launch_runs {
        global out
        set folder $out/project/lint.runs/impl_1
        file mkdir $folder
        close [open $folder/lint.bit w]
      }
      set_property { set_property $given $others }
      get_property {
        switch $first { PROGRESS { return 100% } STATUS { return done } SLACK { return 0.1 } }
        fail "get_property: there is no property '$first'"
      }
      get_ports {
        foreach one $ports { if {[regexp "^${one}(_clk_\[pn\]|_\[rt\]x\[pn\])?(\\\[\\d+\\\])?$" $first]} { return port:$first } }
        fail "get_ports: there is no port '$first'"
      }
      get_cells {
        global root
        if {![dict exists $given -filter]} { fail "get_cells: a filter is wanted" }
        foreach word [regexp -all -inline {\w{4,}} [string map {NAME ""} [dict get $given -filter]]] {
          if {[catch {exec grep -rqw -- [regsub {_reg$} $word ""] $root/rtl}]} { fail "get_cells: nothing in rtl/ is called '$word'" }
        }
        return cells
      }
    }
    return ""
  }

  proc set_property {given others} {
    variable kind
    variable fileset_properties
    variable project_properties
    variable constraint_properties
    variable port_properties
    if {[dict exists $given -dict]} {
      set pairs [dict get $given -dict]
      if {[llength $others] != 1} { fail "set_property -dict: one list of objects is wanted" }
      set object [lindex $others 0]
    } else {
      if {[llength $others] != 3} { fail "set_property: name, value and objects are wanted" }
      lassign $others name value object
      set pairs [list $name $value]
    }
    if {[llength $pairs] % 2} { fail "set_property: '[lindex $pairs end]' has no value" }
    foreach {name value} $pairs {
      if {[string match cell:* $object]} {
        set cell [string range $object 5 end]
        if {![regexp {^CONFIG\.(\w+)$} $name - parameter] || ![matches $parameter [known $cell config]]} {
          fail "set_property: cell '$cell' has no '$name'"
        }
      } elseif {[string match port:* $object] && [string match CONFIG.* $name]} {
        if {$name ni $port_properties} { fail "set_property: a port has no '$name'" }
      } elseif {[string match fileset:* $object]} {
        if {$name ni $fileset_properties} { fail "set_property: a fileset has no '$name'" }
      } elseif {$object eq "project"} {
        if {$name ni $project_properties} { fail "set_property: a project has no '$name'" }
      } elseif {$name ni $constraint_properties} {
        fail "set_property: there is no '$name' in constraints"
      }
    }
  }

  foreach {command known low high} $commands {
    proc ::$command args [format {
      incr ::lint::calls
      lassign [::lint::check %s {%s} %d %d $args] given others
      ::lint::run %s $given $others
    } $command $known $low $high $command]
  }
}

set argv [list $::lint::scratch 2]
if {[catch {source $script} message]} {
  puts stderr "$script: $message"
  exit 1
}
foreach file $::lint::constraint_files {
  if {[catch {source $file} message]} {
    puts stderr "$file: $message"
    exit 1
  }
}
puts "$script: $::lint::calls commands checked, [llength $::lint::constraint_files] files of constraints"
