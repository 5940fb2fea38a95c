// SPDX-License-Identifier: Apache-2.0
//
// What an FP32 number is, and when it is the nearest one to an exact value, for proofs.

// Zeros and subnormal numbers count as zero.
function automatic logic [23:0] f_significand(input logic [31:0] x);
  f_significand = (x[30:23] == '0) ? '0 : {1'b1, x[22:0]};
endfunction

function automatic logic f_is_nan(input logic [31:0] x);
  f_is_nan = &x[30:23] && x[22:0] != '0;
endfunction

function automatic logic f_is_inf(input logic [31:0] x);
  f_is_inf = &x[30:23] && x[22:0] == '0;
endfunction

// No number is closer to `exact` than significand * 2^place, and if one is as close, then this one
// is even. The next number is 2^place away, but half of it below a power of two that is not
// `lowest`. The place is at most 64.
function automatic logic f_is_nearest(input logic [63:0] exact, input logic [23:0] significand,
                                      input logic [6:0] place, input logic lowest);
  logic [91:0] number, distance, twice_apart;
  logic        half;
  number      = 92'(significand) << place;
  distance    = 92'(exact) < number ? number - 92'(exact) : 92'(exact) - number;
  half        = 92'(exact) < number && significand == 24'h80_0000 && !lowest;
  twice_apart = half ? 92'd1 << place : 92'd2 << place;
  f_is_nearest = distance << 2 < twice_apart || (distance << 2 == twice_apart && !significand[0]);
endfunction
