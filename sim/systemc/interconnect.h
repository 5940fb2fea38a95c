// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <systemc>
#include <tlm>
#include <vector>

namespace trine::sim {

/// A bus with any number of masters and slaves: bind masters to `masters`, then call `add` for each
/// slave.
///
/// Address map: a slave sees its own range from its `offset` on. A burst that no slave owns, or
/// that reaches past the end of one, answers an address error. Arbitration: the slaves share one
/// data path of a beat per period and direction; a burst takes it when it comes, first come, first
/// served in annotated time, and the wait is added to its delay. A period of zero is a bus without
/// limits. DMI is passed through, its ranges translated; with a data path it is refused, since
/// pointers would go around it.
class Interconnect : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<Interconnect> masters{"masters"};
  tlm_utils::multi_passthrough_initiator_socket<Interconnect> slaves{"slaves"};

  struct Options {
    sc_core::sc_time period = sc_core::SC_ZERO_TIME;  // Of a beat; zero: no limit.
    std::uint32_t beat_bytes = 64;
  };
  Interconnect(sc_core::sc_module_name name, const Options& options);
  explicit Interconnect(sc_core::sc_module_name name) : Interconnect(name, Options{}) {}

  /// Maps [address, address + bytes) to a slave's [offset, offset + bytes). Throws Error when the
  /// range is empty or taken.
  template <class Socket>
  void add(Socket& slave, std::uint64_t address, std::uint64_t bytes, std::uint64_t offset = 0) {
    add_range(address, bytes, offset);
    slaves.bind(slave);
  }

  /// What a master has moved, and how long it waited for the data path.
  struct Traffic {
    std::uint64_t bursts = 0, bytes = 0, errors = 0;
    sc_core::sc_time waited;
  };
  const Traffic& traffic(unsigned master) const { return traffic_.at(master); }

 private:
  struct Range {
    std::uint64_t address = 0, bytes = 0, offset = 0;
    int slave = 0;
  };

  void add_range(std::uint64_t address, std::uint64_t bytes, std::uint64_t offset);
  void end_of_elaboration() override { traffic_.resize(masters.size()); }
  /// The slave of a payload, whose address becomes the slave's; empty and an error status when
  /// there is none.
  const Range* route(tlm::tlm_generic_payload& payload, std::uint64_t bytes);
  /// Takes the data path for a burst that comes `delay` from now; `delay` grows by the wait.
  void arbitrate(Traffic& traffic, const tlm::tlm_generic_payload& payload,
                 sc_core::sc_time& delay);

  void transport(int master, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  tlm::tlm_sync_enum forward(int master, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                             sc_core::sc_time& delay);
  tlm::tlm_sync_enum backward(int slave, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                              sc_core::sc_time& delay);
  bool direct(int master, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& region);
  unsigned debug(int master, tlm::tlm_generic_payload& payload);
  void invalidate(int slave, sc_dt::uint64 first, sc_dt::uint64 last);

  /// A payload that a slave has not completed yet.
  struct Open {
    int master = 0;
    const Range* range = nullptr;
    std::uint64_t address = 0;  // As the master gave it.
  };

  Options options_;
  std::vector<Range> ranges_;  // In the order of the slaves.
  std::vector<Traffic> traffic_;
  std::map<tlm::tlm_generic_payload*, Open> open_;
  sc_core::sc_time read_free_, write_free_;
};

}  // namespace trine::sim
