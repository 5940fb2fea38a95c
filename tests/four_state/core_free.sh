#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/four_state/core_free.sh: what of the core's pins means something only while another is 1, as
# run.sh wants it: address and length of a burst, data, answers to register accesses.
pins=(m_axi_araddr_o=m_axi_arvalid_o m_axi_arlen_o=m_axi_arvalid_o m_axi_awaddr_o=m_axi_awvalid_o
      m_axi_awlen_o=m_axi_awvalid_o m_axi_wdata_o=m_axi_wvalid_o m_axi_wstrb_o=m_axi_wvalid_o
      m_axi_wlast_o=m_axi_wvalid_o s_axil_rdata_o=s_axil_rvalid_o s_axil_rresp_o=s_axil_rvalid_o
      s_axil_bresp_o=s_axil_bvalid_o)
IFS=,
echo "${pins[*]}"
