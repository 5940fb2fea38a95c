// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/axi_bridge.h"

#include <algorithm>
#include <cstring>

namespace trine::sim {

using sc_core::sc_time;

/// A payload with its buffers; it returns to the bridge's store when nobody refers to it any more.
class AxiBridge::Transaction : public tlm::tlm_generic_payload, private tlm::tlm_mm_interface {
 public:
  explicit Transaction(AxiBridge& bridge) : bridge_(bridge) { set_mm(this); }

  void open(const BusBurst& burst, bool write) {
    acquire();
    number = burst.number;
    done = false;
    set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    set_address(burst.address);
    set_data_ptr(data.data());
    set_data_length(burst.bytes);
    set_streaming_width(burst.bytes);
    set_byte_enable_ptr(nullptr);
    set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    set_dmi_allowed(false);
  }
  void mask() {
    const unsigned length = get_data_length();
    if (std::all_of(enables.begin(), enables.begin() + length,
                    [](unsigned char enable) { return enable == TLM_BYTE_ENABLED; }))
      return;
    set_byte_enable_ptr(enables.data());
    set_byte_enable_length(length);
  }
  AxiResponse response() const {
    if (is_response_ok()) return AxiResponse::kOkay;
    return get_response_status() == tlm::TLM_ADDRESS_ERROR_RESPONSE ? AxiResponse::kDecodeError
                                                                    : AxiResponse::kSlaveError;
  }

  std::array<unsigned char, 4096> data{}, enables{};
  std::uint64_t number = 0;        // Of its burst.
  std::uint64_t sent_cycle = 0;    // Of the edge at which the burst was complete.
  std::uint64_t answer_cycle = 0;  // Of the first beat of a read, or of the answer to a write.
  bool done = false;
  Waiting waiting;

 private:
  void free(tlm::tlm_generic_payload*) override {
    reset();
    bridge_.free_.push_back(this);
  }
  AxiBridge& bridge_;
};

AxiBridge::AxiBridge(const BusShape& bus, sc_time period) : bus_(bus), period_(period) {}

AxiBridge::~AxiBridge() = default;

AxiBridge::Transaction& AxiBridge::take(const BusBurst& burst, bool write) {
  if (free_.empty()) {
    all_.push_back(std::make_unique<Transaction>(*this));
    free_.push_back(all_.back().get());
  }
  Transaction& transaction = *free_.back();
  free_.pop_back();
  transaction.open(burst, write);
  ++bursts_;
  return transaction;
}

std::uint64_t AxiBridge::cycle_at(const sc_time& time) const {
  if (time <= anchor_time_) return anchor_cycle_;
  const std::uint64_t since = (time - anchor_time_).value(), period = period_.value();
  return anchor_cycle_ + (since + period - 1) / period;
}

void AxiBridge::read(ReadBurst& burst, std::uint64_t cycle) {
  Transaction& transaction = take(burst, false);
  transaction.sent_cycle = cycle;
  reads_.at(burst.port).push_back(&transaction);
  send(transaction);
}

AxiBridge::Transaction& AxiBridge::oldest(Queue& queue, const BusBurst& burst) {
  while (queue.front()->number != burst.number) {
    queue.front()->release();
    queue.pop_front();
  }
  return *queue.front();
}

bool AxiBridge::ready(ReadBurst& burst, unsigned beat, std::uint64_t cycle) {
  const Transaction& transaction = oldest(reads_.at(burst.port), burst);
  if (!transaction.done || cycle < transaction.answer_cycle + beat) return false;
  burst.response = transaction.response();
  burst.data = reinterpret_cast<const std::byte*>(transaction.data.data());
  return true;
}

void AxiBridge::begin(WriteBurst& burst) {
  Transaction& transaction = take(burst, true);
  std::memset(transaction.enables.data(), TLM_BYTE_DISABLED, burst.bytes);
  burst.data = reinterpret_cast<std::byte*>(transaction.data.data());
  burst.enables = transaction.enables.data();
  writes_.push_back(&transaction);
}

void AxiBridge::end(WriteBurst& burst, std::uint64_t cycle) {
  Transaction& transaction = **std::ranges::find(writes_, burst.number, &Transaction::number);
  transaction.sent_cycle = cycle;
  transaction.mask();
  send(transaction);
}

bool AxiBridge::answered(WriteBurst& burst, std::uint64_t cycle) {
  const Transaction& transaction = oldest(writes_, burst);
  if (!transaction.done || cycle < transaction.answer_cycle) return false;
  burst.response = transaction.response();
  return true;
}

void AxiBridge::send(Transaction& transaction) {
  if (request_ != nullptr) {  // One request at a time, says the base protocol.
    unsent_.push_back(&transaction);
    return;
  }
  const sc_time now = sc_core::sc_time_stamp(), at = time_of(transaction.sent_cycle);
  sc_time delay = at > now ? at - now : sc_core::SC_ZERO_TIME;
  transaction.waiting = {{transaction.get_address(), transaction.get_data_length(),
                          transaction.is_write(), tlm::TLM_INCOMPLETE_RESPONSE},
                         cycle_};
  request_ = &transaction;
  open_.push_back(&transaction);
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  const tlm::tlm_sync_enum answer = forward_(transaction, phase, delay);
  if (answer == tlm::TLM_ACCEPTED) return;
  if (answer == tlm::TLM_COMPLETED) {
    // The last beat has moved then; the first one as many cycles before as there are between them.
    const std::uint64_t between = transaction.get_data_length() / bus_.transfer_bytes() - 1;
    const std::uint64_t last = cycle_at(now + delay);
    finish(transaction, last > between ? last - between : 0);
  } else if (phase == tlm::BEGIN_RESP) {
    finish(transaction, cycle_at(now + delay));
    phase = tlm::END_RESP;
    forward_(transaction, phase, delay);
  }
  if (phase != tlm::BEGIN_REQ || answer == tlm::TLM_COMPLETED) {
    request_ = nullptr;
    send_next();
  }
}

void AxiBridge::send_next() {
  if (request_ != nullptr || unsent_.empty()) return;
  Transaction& next = *unsent_.front();
  unsent_.pop_front();
  send(next);
}

void AxiBridge::finish(Transaction& transaction, std::uint64_t answer_cycle) {
  transaction.answer_cycle = std::max(answer_cycle, transaction.sent_cycle + 1);
  transaction.done = true;
  std::erase(open_, &transaction);
  if (!transaction.is_response_ok())
    failed_({transaction.get_address(), transaction.get_data_length(), transaction.is_write(),
             transaction.get_response_status()});
}

tlm::tlm_sync_enum AxiBridge::backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                       sc_time& delay) {
  auto& transaction = static_cast<Transaction&>(payload);
  if (request_ == &transaction) request_ = nullptr;  // BEGIN_RESP implies END_REQ.
  if (phase == tlm::END_REQ) {
    send_next();
    return tlm::TLM_ACCEPTED;
  }
  if (phase != tlm::BEGIN_RESP) {
    SC_REPORT_ERROR("trine/protocol", "a phase that the base protocol does not have here");
    return tlm::TLM_COMPLETED;
  }
  finish(transaction, std::max(cycle_at(sc_core::sc_time_stamp() + delay), cycle_));
  send_next();
  return tlm::TLM_COMPLETED;
}

const AxiBridge::Waiting* AxiBridge::waiting() const {
  return open_.empty() ? nullptr : &open_.front()->waiting;
}

}  // namespace trine::sim
