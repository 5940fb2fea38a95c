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

// No number of 24 bits is closer to `exact` than significand * 2^place, and if one is as close,
// then this one is even. The next number is 2^place away, but half of it below a power of two.
function automatic logic f_is_nearest(input logic [49:0] exact, input logic [23:0] significand,
                                      input logic [4:0] place);
  logic [57:0] number, distance, twice_apart;
  number      = 58'(significand) << place;
  distance    = 58'(exact) < number ? number - 58'(exact) : 58'(exact) - number;
  twice_apart = 58'd2 << place;
  if (58'(exact) < number && significand == 24'h80_0000) twice_apart = 58'd1 << place;
  f_is_nearest = significand[23] && (distance << 2 < twice_apart
                                     || (distance << 2 == twice_apart && !significand[0]));
endfunction
