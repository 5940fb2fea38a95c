// SPDX-License-Identifier: Apache-2.0

#include "tests/systemc/protocol_checker.h"

namespace trine::sim {

using sc_core::sc_time;

ProtocolChecker::ProtocolChecker(sc_core::sc_module_name name) : sc_module(name) {
  target.register_b_transport(this, &ProtocolChecker::transport);
  target.register_nb_transport_fw(this, &ProtocolChecker::forward);
  target.register_get_direct_mem_ptr(this, &ProtocolChecker::direct);
  target.register_transport_dbg(this, &ProtocolChecker::debug);
  initiator.register_nb_transport_bw(this, &ProtocolChecker::backward);
  initiator.register_invalidate_direct_mem_ptr(this, &ProtocolChecker::invalidate);
}

ProtocolChecker::Attributes ProtocolChecker::attributes(const tlm::tlm_generic_payload& payload) {
  return {
      payload.get_command(),     payload.get_data_ptr(),           payload.get_byte_enable_ptr(),
      payload.get_data_length(), payload.get_byte_enable_length(), payload.get_streaming_width()};
}

void ProtocolChecker::check_start(const tlm::tlm_generic_payload& payload) {
  require(payload.get_data_length() > 0, "the data length is zero");
  require(payload.get_data_ptr() != nullptr, "there is no data pointer");
  require(payload.get_streaming_width() > 0, "the streaming width is zero");
  require(payload.get_byte_enable_ptr() == nullptr || payload.get_byte_enable_length() > 0,
          "the length of the byte enables is zero");
  require(payload.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE,
          "the response status is not INCOMPLETE at the start");
  require(!payload.is_dmi_allowed(), "the DMI hint is set at the start");
  if (const unsigned char* enables = payload.get_byte_enable_ptr())
    for (unsigned i = 0; i < payload.get_byte_enable_length(); ++i)
      require(enables[i] == TLM_BYTE_ENABLED || enables[i] == TLM_BYTE_DISABLED,
              "a byte enable is neither 0 nor 0xFF");
  bursts_.push_back({payload.get_address(), payload.get_data_length(), payload.is_write(),
                     payload.get_byte_enable_ptr() != nullptr});
}

void ProtocolChecker::check_end(const tlm::tlm_generic_payload& payload, const Attributes& before) {
  require(attributes(payload) == before, "an attribute was changed that only the initiator sets");
  require(payload.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE,
          "the response status is INCOMPLETE at the end");
}

void ProtocolChecker::transport(tlm::tlm_generic_payload& payload, sc_time& delay) {
  require(!open_.contains(&payload), "a payload is in use by the non-blocking interface");
  check_start(payload);
  const Attributes before = attributes(payload);
  const sc_time begun = sc_core::sc_time_stamp() + delay;
  initiator->b_transport(payload, delay);
  require(sc_core::sc_time_stamp() + delay >= begun, "a transaction ended before it began");
  check_end(payload, before);
}

void ProtocolChecker::begin_response(tlm::tlm_generic_payload& payload, Open& open) {
  require(open.phase == tlm::BEGIN_REQ || open.phase == tlm::END_REQ,
          "BEGIN_RESP does not follow a request");
  require(response_ == nullptr, "BEGIN_RESP before END_RESP of the response before");
  if (request_ == &payload) request_ = nullptr;
  response_ = &payload;
  open.phase = tlm::BEGIN_RESP;
  check_end(payload, open.attributes);
}

void ProtocolChecker::end(tlm::tlm_generic_payload& payload) {
  if (request_ == &payload) request_ = nullptr;
  if (response_ == &payload) response_ = nullptr;
  open_.erase(&payload);
}

tlm::tlm_sync_enum ProtocolChecker::forward(tlm::tlm_generic_payload& payload,
                                            tlm::tlm_phase& phase, sc_time& delay) {
  require(phase == tlm::BEGIN_REQ || phase == tlm::END_RESP,
          "a phase on the forward path that is not the initiator's");
  if (phase == tlm::BEGIN_REQ) {
    require(!open_.contains(&payload), "BEGIN_REQ of a payload that is in use");
    require(request_ == nullptr, "BEGIN_REQ before END_REQ of the request before");
    require(payload.has_mm() && payload.get_ref_count() > 0, "a payload without memory manager");
    check_start(payload);
    open_[&payload] = {attributes(payload), tlm::BEGIN_REQ};
    request_ = &payload;
  } else {
    const auto open = open_.find(&payload);
    require(open != open_.end() && open->second.phase == tlm::BEGIN_RESP,
            "END_RESP does not follow BEGIN_RESP");
    end(payload);
    const tlm::tlm_sync_enum answer = initiator->nb_transport_fw(payload, phase, delay);
    require(answer != tlm::TLM_UPDATED, "an update behind END_RESP");
    return answer;
  }
  const Attributes before = attributes(payload);
  const tlm::tlm_sync_enum answer = initiator->nb_transport_fw(payload, phase, delay);
  if (answer == tlm::TLM_COMPLETED) {
    check_end(payload, before);
    end(payload);
  } else if (answer == tlm::TLM_UPDATED) {
    require(phase == tlm::END_REQ || phase == tlm::BEGIN_RESP,
            "a phase on the return path that is not the target's");
    Open& open = open_.at(&payload);
    if (phase == tlm::BEGIN_RESP) {
      begin_response(payload, open);
    } else {
      open.phase = tlm::END_REQ;
      request_ = nullptr;
    }
  }
  return answer;
}

tlm::tlm_sync_enum ProtocolChecker::backward(tlm::tlm_generic_payload& payload,
                                             tlm::tlm_phase& phase, sc_time& delay) {
  const auto found = open_.find(&payload);
  require(found != open_.end(), "a backward call for a payload that is not in use");
  if (found == open_.end()) return tlm::TLM_COMPLETED;
  if (phase == tlm::END_REQ) {
    require(found->second.phase == tlm::BEGIN_REQ, "END_REQ does not follow BEGIN_REQ");
    found->second.phase = tlm::END_REQ;
    if (request_ == &payload) request_ = nullptr;
  } else if (phase == tlm::BEGIN_RESP) {
    begin_response(payload, found->second);
  } else {
    require(false, "a phase on the backward path that is not the target's");
  }
  const bool responds = phase == tlm::BEGIN_RESP;
  const tlm::tlm_sync_enum answer = target->nb_transport_bw(payload, phase, delay);
  if (answer == tlm::TLM_COMPLETED || (answer == tlm::TLM_UPDATED && phase == tlm::END_RESP)) {
    require(responds, "the initiator ended a transaction before its response");
    end(payload);
  }
  return answer;
}

bool ProtocolChecker::direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& region) {
  ++direct_requests_;
  const std::uint64_t address = payload.get_address();
  const bool granted = initiator->get_direct_mem_ptr(payload, region);
  if (granted) {
    require(region.get_dmi_ptr() != nullptr, "a pointer was granted that is null");
    require(region.get_start_address() <= address && address <= region.get_end_address(),
            "a pointer was granted to other bytes than asked for");
    require(payload.is_write() ? region.is_write_allowed() : region.is_read_allowed(),
            "a pointer was granted for another command than asked for");
  }
  return granted;
}

unsigned ProtocolChecker::debug(tlm::tlm_generic_payload& payload) {
  const unsigned count = initiator->transport_dbg(payload);
  require(count <= payload.get_data_length(), "transport_dbg moved more bytes than asked for");
  return count;
}

void ProtocolChecker::invalidate(sc_dt::uint64 first, sc_dt::uint64 last) {
  require(first <= last, "an empty range is invalidated");
  target->invalidate_direct_mem_ptr(first, last);
}

}  // namespace trine::sim
