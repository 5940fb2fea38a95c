// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <map>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

namespace trine::sim {

/// Stands between an initiator and a target, passes everything on and notes each rule of the
/// TLM-2.0 base protocol (IEEE 1666) that one of them breaks.
class ProtocolChecker : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<ProtocolChecker> target{"target"};
  tlm_utils::simple_initiator_socket<ProtocolChecker> initiator{"initiator"};

  explicit ProtocolChecker(sc_core::sc_module_name name);

  struct Burst {
    std::uint64_t address;
    unsigned bytes;
    bool write, masked;
    bool operator==(const Burst&) const = default;
  };
  /// What was broken, in words; empty when nothing was.
  const std::vector<std::string>& broken() const { return broken_; }
  /// Every transaction of b_transport or nb_transport, in order.
  const std::vector<Burst>& bursts() const { return bursts_; }
  std::uint64_t direct_requests() const { return direct_requests_; }
  void forget() { bursts_.clear(); }

 private:
  /// The attributes that must not change on the way.
  struct Attributes {
    tlm::tlm_command command;
    unsigned char *data, *enables;
    unsigned length, enable_length, width;
    bool operator==(const Attributes&) const = default;
  };
  struct Open {
    Attributes attributes;
    tlm::tlm_phase_enum phase;
  };

  static Attributes attributes(const tlm::tlm_generic_payload& payload);
  void require(bool holds, const char* rule) {
    if (!holds) broken_.emplace_back(rule);
  }
  void check_start(const tlm::tlm_generic_payload& payload);
  void check_end(const tlm::tlm_generic_payload& payload, const Attributes& before);
  void begin_response(tlm::tlm_generic_payload& payload, Open& open);
  void end(tlm::tlm_generic_payload& payload);

  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  tlm::tlm_sync_enum forward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                             sc_core::sc_time& delay);
  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                              sc_core::sc_time& delay);
  bool direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& region);
  unsigned debug(tlm::tlm_generic_payload& payload);
  void invalidate(sc_dt::uint64 first, sc_dt::uint64 last);

  std::vector<std::string> broken_;
  std::vector<Burst> bursts_;
  std::map<tlm::tlm_generic_payload*, Open> open_;
  tlm::tlm_generic_payload *request_ = nullptr, *response_ = nullptr;  // Not yet ended.
  std::uint64_t direct_requests_ = 0;
};

}  // namespace trine::sim
