// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace trine {

// Each prints one file that is checked in: a SystemVerilog package or a page of Markdown.
void print_commands_sv();
void print_commands_md();
void print_regs_sv();
void print_regs_md();

}  // namespace trine
