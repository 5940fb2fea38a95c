// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <cstring>

#include "isa/commands.h"

namespace trine::test {

/// Bits of a packed struct of trine_control_pkg or trine_commands_pkg, counted from its last field.
struct PortField {
  unsigned lsb, width;
};

template <class Port>
std::uint64_t get_field(const Port& port, PortField field) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < field.width; ++i) {
    std::uint8_t byte = 0;
    std::memcpy(&byte, reinterpret_cast<const char*>(&port) + (field.lsb + i) / 8, 1);
    value |= std::uint64_t{byte >> (field.lsb + i) % 8 & 1u} << i;
  }
  return value;
}

template <class Port>
void set_field(Port& port, PortField field, std::uint64_t value) {
  for (unsigned i = 0; i < field.width; ++i) {
    std::uint8_t byte = 0;
    char* at = reinterpret_cast<char*>(&port) + (field.lsb + i) / 8;
    std::memcpy(&byte, at, 1);
    const unsigned bit = 1u << (field.lsb + i) % 8;
    byte = static_cast<std::uint8_t>((value >> i & 1) != 0 ? byte | bit : byte & ~bit);
    std::memcpy(at, &byte, 1);
  }
}

template <class Port>
void clear_port(Port& port) {
  std::memset(&port, 0, sizeof(Port));
}

namespace settings {
inline constexpr PortField kTokens[] = {{0, 32},   {32, 32},  {64, 32},  {96, 32},
                                        {128, 32}, {160, 32}, {192, 32}, {224, 32}};
inline constexpr PortField kAhead[] = {{256, 32}, {288, 32}, {320, 32}, {352, 32},
                                       {384, 32}, {416, 32}, {448, 32}, {480, 32}};
inline constexpr PortField kPosition{512, 32}, kProfileCount{544, 32}, kListCount{576, 32},
    kProfileAddr{608, 64}, kMemLimit{672, 64}, kMemBase{736, 64}, kListAddr{800, 64};
}  // namespace settings

namespace fetched {
inline constexpr PortField kWord0{0, 32}, kNonzero{32, 16}, kHere{48, 1}, kError{49, 8};
}  // namespace fetched

/// read_status_t and write_status_t.
namespace status {
inline constexpr std::uint8_t kIdle = 1;
constexpr std::uint8_t of(bool error, bool idle) {
  return static_cast<std::uint8_t>(error << 1 | idle);
}
}  // namespace status

namespace start {
inline constexpr PortField kBeta{0, 32}, kAlpha{32, 32}, kStride{64, 32}, kDst{96, 32},
    kSrc2{128, 32}, kSrc{160, 32}, kCols{192, 32}, kRows{224, 32}, kAddress{256, 64}, kMore{325, 4},
    kBank{329, 4}, kF16{333, 1}, kRaw{334, 1}, kDepth{335, 3}, kOpcode{338, 8}, kMemory{346, 3},
    kUnit{349, 3};
}  // namespace start

namespace job {  // With the fields of `start` below its own.
inline constexpr PortField kBeats{352, 32}, kPieces{384, 32}, kPieceBeats{416, 32}, kBytes{448, 32},
    kBookAddress{480, 64}, kWord0{544, 32}, kBook{576, 1}, kReads{577, 1}, kHere{578, 1},
    kError{579, 8};
}  // namespace job

namespace read_job {
inline constexpr PortField kBeats{0, 32}, kStride{32, 32}, kPieces{64, 32}, kPieceBeats{96, 32},
    kAddress{128, 64}, kTurn{192, 1}, kReader{193, 2};
inline constexpr std::uint64_t kList = 0, kBook = 1, kLoad = 2, kWeights = 3;
}  // namespace read_job

namespace write_job {
inline constexpr PortField kBytes{0, 32}, kAddress{32, 64};
}  // namespace write_job

namespace status {
inline constexpr PortField kBadSum{0, 1}, kBadParity{1, 1}, kOverflow{2, 1}, kNonfinite{3, 1},
    kBadTail{4, 1}, kBadSetByte{5, 1}, kBadCodebook{6, 1}, kDone{7, 1};
}  // namespace status

/// Where a field of a command lies in command_t: the fields side by side, the first on top.
inline PortField command_field(const CommandField& field) {
  unsigned lsb = 0;
  bool found = false;
  for (const CommandField& f : kCommandFields) {
    if (found) lsb += f.width;
    found = found || f.name == field.name;
  }
  return {lsb, field.width};
}

}  // namespace trine::test
