// SPDX-License-Identifier: Apache-2.0

/// The pins of a ULX3S around trine_ulx3s_core.
module trine_ulx3s (
  input  logic        clk_25mhz,
  input  logic        btn_pwr_n,
  input  logic        ftdi_txd,                   // To the FPGA,
  output logic        ftdi_rxd,                   // from it.
  output logic [7:0]  led,
  output logic        wifi_gpio0,                 // Low would restart the board.
  output logic        sdram_clk,
  output logic        sdram_cke,
  output logic        sdram_csn,
  output logic        sdram_rasn,
  output logic        sdram_casn,
  output logic        sdram_wen,
  output logic [1:0]  sdram_ba,
  output logic [12:0] sdram_a,
  output logic [1:0]  sdram_dqm,
  inout  wire  [15:0] sdram_d
);

  logic        drive;
  logic [15:0] dq;
  trine_ulx3s_core u_board (
    .clk_25mhz,
    .btn_pwr_n,
    .ftdi_txd,
    .ftdi_rxd,
    .led,
    .sdram_command ({sdram_csn, sdram_rasn, sdram_casn, sdram_wen}),
    .sdram_ba,
    .sdram_a,
    .sdram_dqm,
    .sdram_drive   (drive),
    .sdram_dq_to   (dq),
    .sdram_dq_from (sdram_d)
  );
  assign sdram_d    = drive ? dq : 16'bz;
  assign sdram_clk  = !clk_25mhz;                 // See trine_sdram.
  assign sdram_cke  = 1'b1;
  assign wifi_gpio0 = 1'b1;

endmodule
