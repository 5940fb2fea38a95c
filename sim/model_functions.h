// SPDX-License-Identifier: Apache-2.0

// Arithmetic shifts and sign extensions of the fast models, in the form that processors have
// instructions for, in place of Verilator's own. Included in front of a model's code; results are
// those of the functions that they stand for.

#pragma once

#include <verilated.h>

#include <cstdint>

namespace trine::sim {

/// Bits `lbits` to 31 become copies of bit `lbits` - 1.
inline IData extended(int lbits, IData value) {
  const int rest = 32 - lbits;
  return static_cast<IData>(static_cast<std::int32_t>(value << rest) >> rest);
}

/// The same for 64 bits.
inline QData extended_wide(int lbits, QData value) {
  const int rest = 64 - lbits;
  return static_cast<QData>(static_cast<std::int64_t>(value << rest) >> rest);
}

/// Of `lbits` signed bits; `obits` of the result count.
inline QData shifted_right(int obits, int lbits, QData value, IData by) {
  if (obits != 64 || lbits != 64) return VL_SHIFTRS_QQI(obits, lbits, 32, value, by);
  return static_cast<QData>(static_cast<std::int64_t>(value) >> (by & 63));
}

}  // namespace trine::sim

#define VL_EXTENDS_II(obits, lbits, value) trine::sim::extended(lbits, value)
#define VL_EXTENDS_QI(obits, lbits, value) trine::sim::extended_wide(lbits, value)
#define VL_EXTENDS_QQ(obits, lbits, value) trine::sim::extended_wide(lbits, value)
#define VL_SHIFTRS_QQI(obits, lbits, rbits, value, by) \
  trine::sim::shifted_right(obits, lbits, value, by)
