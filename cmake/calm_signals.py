# SPDX-License-Identifier: Apache-2.0
"""What is known of signals in the calm cycles of a weight stream (calm_cycles.py)."""

# Signals by the end of their names, and their values in a calm cycle. One that a core does not have,
# such as a part that depends on its read ports, is left out; tests see to it that the core of 16
# groups has them all. They decide how fast a model is, never what it does: any other cycle takes the
# usual way.
CALM = """
rst_ni 1
trine_top.fault_valid 0
u_core.flush 0
u_bus_watch.notes 0
m_axi_arvalid_o 0
m_axi_rvalid_i 1
u_registers.ones_q 0
u_registers.read_q 0
u_registers.look_read_q 0
u_registers.give_read_q 0
u_registers.look_write_q 0
u_counters.read_q 0
u_counters.given_q 0
u_registers.merged_q 0
u_registers.soft_reset 0
u_registers.fault 0
trine_top.start 0
trine_top.clear 0
trine_top.abort 0
u_dma.__Vcellinp__u_fifo__rst_ni 1
u_fetch.__Vcellinp__u_fifo__rst_ni 1
u_clock_build.gen_gate.gen_after.left_q 0
u_beat_count.left_q 0
u_beat_count.used_q 1
u_row_reader.more_q 0
u_dma.issue 0
u_dma.popped_q 1
u_answers.pop 0
u_answers.take 1
u_answers.stale_q 0
u_beat_router.advance 0
u_beat_router.push 0
u_beat_router.valid_q 1
u_beat_router.owner_q 8
u_beat_router.weight 1
u_beat_router.book 0
u_beat_router.load 0
u_beat_router.taken 1
u_units.matvec_write_valid 0
u_units.__Vcellinp__u_vector_memory__unit_write_valid_i 0
u_units.transfer_write_valid 0
u_units.matvec_read_valid 0
u_units.vector_read_valid 0
u_units.attention_read_valid 0
u_transfer_unit.store_read_valid 0
u_column_unit.state_q 0
u_dispatch.state_q 3
u_dispatch.state_d 3
u_retire.state_q 1
u_control.wakes 0
u_control.rests_q 1
u_core.unit_start[10]>>29 5
u_attention_unit.u_control.state_q 0
u_dma.u_fifo.push 1
u_dma.u_fifo.fetch 1
u_dma.u_fifo.out_full_q 1
u_core.read_gate&3 0
s_axil_awvalid_i 0
s_axil_wvalid_i 0
s_axil_arvalid_i 0
s_axil_bvalid_o 0
s_axil_rvalid_o 0
u_registers.aw_full_q 0
u_registers.w_full_q 0
u_registers.moved_q 0
u_read_path.book_valid 0
u_matrix_unit.book_valid 0
u_matrix_unit.book_busy 0
u_matvec.book_q 0
u_units.__Vcellinp__u_matrix_unit__start_valid_i 0
u_control.job_ready 0
u_read_arbiter.data 0
u_row_reader.asked 0
u_read_path.__Vcellinp__gen_one.u_dma__job_valid_i 0
u_core.read_valid 0
u_bus_watch.counts 0
u_bus_watch.waits 0
u_bus_watch.tick 0
u_bus_watch.first_q 1
u_bus_watch.late_q 0
m_axi_awvalid_o 0
m_axi_wvalid_o 0
u_write_dma.left_q 0
u_write_dma.burst_q 0
u_load_unit.active_q 0
u_load_unit.step_q 0
u_transfer_unit.column_done 0
u_transfer_unit.store_done 0
u_units.vector_done 0
u_units.attention_done 0
u_attention_unit.attention_start 0
u_banks.done 0
command_done_o 0
u_vector_memory.gen_bank__BRA__0__KET__.write_q 0
u_matvec.trit_runs 1
u_beat_router.moves 1
u_beat_router.moved_q 1
u_beat_router.fresh_q 0
u_control.__Vcellinp__u_beat_count__used_i 1
u_control.counted 1
u_words.gen_cut.index_q 0
u_registers.events_q 7
u_core.activity 3
u_matvec.__Vcellinp__u_trit__start_i 0
record_start 0
record_valid 0
record_done 0
u_profile.taken_q 0
m_axi_rresp_i 0
u_read_path.error_q 0
u_beat_router.pop 0
u_write_path.beat_valid 0
u_write_path.part_ready 0
u_write_dma.fill_q 0
u_write_dma.open 0
u_write_dma.push 0
u_core.write_valid 0
u_units.attention_write_valid 0
u_units.vector_nonfinite 0
u_transfer_unit.load_done 0
u_transfer_unit.store_valid 0
u_load_unit.left_q 0
u_load_unit.high_q 0
u_codebook_loader.take 0
u_matrix_unit.book_checks 0
u_codebook_loader.bad 0
u_matrix_unit.bad_codebook 0
u_matrix_unit.__Vcellinp__u_codebook_loader__start_i 0
u_matvec.bad_weight 0
u_matvec.bad_set_byte 0
u_matvec.bad_tail 0
u_matvec.overflow 0
u_matvec.f16_acc 0
u_matvec.f16_ready 0
u_banks.nonfinite 0
u_bank.quantizing_q 0
u_bank.u_writer.finished_q 0
u_bank.u_writer.high_q 0
u_bank.u_writer.high_valid_q 0
u_bank.u_writer.past_q 0
u_f16.active_q 0
u_f16.hold 0
u_f16.last_beat_q 0
u_f16.padding_q 0
u_f16.row_end_q 0
u_trit.bad_bytes 0
u_trit.bad_tail 0
u_trit.u_front.active_q 1
u_trit.u_back.u_walk.active_q 1
u_builder.mark 0
u_builder.mark_q 0
u_builder.mark_q2 0
u_builder.flag_q 0
u_builder.pending_q 0
"""

# What else the copy for the deepest weights knows, 4 trits each: a beat has all planes of its rows, and
# the fourth counts three times. The job of a core or of the engine alone.
PLANES = """
u_front.sub_q 0
u_front.weight_q 1
u_front.weight_q2 1
u_gearbox.low_valid_q 1
u_back.lane_d 0
u_back.entry_row_q 0
"""
DEEP = tuple(f"{job}>>42&7 4\n{beat}>>6&3 1{PLANES}" for job, beat in (("u_matvec.trit_job", "u_trit.beat"),
                                                                     ("job_i", "beat")))

# What is not as CALM says while a read of the next commands, or of the list, waits for the end of this
# stream's: which of them, and for whom, is not known (-).
WAITING = DEEP[0] + """
u_core.read_valid 1
u_read_arbiter.data -
u_read_path.__Vcellinp__gen_one.u_dma__job_valid_i -
"""
# And in a stream of FP16 weights whose next rows are asked for: how many are left is not known.
HALVES = """
u_matvec.trit_runs 0
u_row_reader.more_q -
u_read_path.__Vcellinp__gen_one.u_dma__job_valid_i 1
u_matvec.f16_acc -
u_matvec.f16_ready -
u_f16.active_q -
u_f16.hold -
u_f16.last_beat_q -
u_f16.padding_q -
u_f16.row_end_q -
u_trit.u_front.active_q -
u_trit.u_back.u_walk.active_q -
"""
# What comes now and then beside any of these: a burst is asked for, a result is written, the host reads a
# register.
BESIDE = """
u_dma.issue -
u_answers.pop -
m_axi_arvalid_o -
u_row_reader.asked -
u_read_path.__Vcellinp__gen_one.u_dma__job_valid_i -
u_units.matvec_write_valid -
u_vector_memory.gen_bank__BRA__0__KET__.write_q -
s_axil_arvalid_i -
s_axil_rvalid_o -
u_registers.read_q -
u_registers.look_read_q -
u_registers.give_read_q -
u_counters.read_q -
u_counters.given_q -
u_registers.moved_q -
"""
