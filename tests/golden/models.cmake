# SPDX-License-Identifier: Apache-2.0
trine_test(fp32_ops_test fp32_ops_test.cpp trine_golden_exact)
trine_test(vector_ops_test vector_ops_test.cpp trine_golden_exact)
trine_test(reference_test reference_test.cpp trine_golden_reference trine_golden_codec
  nlohmann_json::nlohmann_json)
trine_test(widened_rows_test widened_rows_test.cpp trine_golden_reference hwy::hwy)
trine_test(golden_arguments arguments_test.cpp trine_golden_reference trine_golden_codec fmt::fmt
  nlohmann_json::nlohmann_json)
trine_test(golden_families families_test.cpp trine_golden_reference trine_golden_codec fmt::fmt
  nlohmann_json::nlohmann_json)
trine_test(golden_padding padding_test.cpp trine_golden_reference trine_golden_codec
  nlohmann_json::nlohmann_json)
trine_test(metrics_test metrics_test.cpp trine_golden_reference)
trine_test(tokenizer_test tokenizer_test.cpp trine_golden_tokenizer nlohmann_json::nlohmann_json)
trine_test(sentence_pieces_test sentence_pieces_test.cpp
  trine_golden_tokenizer nlohmann_json::nlohmann_json)
