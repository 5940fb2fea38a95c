# SPDX-License-Identifier: Apache-2.0
trine_test(golden_float16 float16_test.cpp
  trine_golden_checkpoint fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_safetensors safetensors_test.cpp
  trine_golden_checkpoint fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_checkpoint checkpoint_test.cpp
  trine_golden_checkpoint fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_lines lines_test.cpp
  trine_golden_checkpoint fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_output output_test.cpp
  trine_golden_checkpoint fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_config config_test.cpp
  trine_golden_checkpoint fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_format format_test.cpp
  trine_golden_codec fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_packed_model packed_model_test.cpp
  trine_golden_codec fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_codec codec_test.cpp
  trine_golden_codec fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_choose_depths choose_depths_test.cpp
  trine_golden_codec fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_dequantize dequantize_test.cpp
  trine_golden_codec fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_recover recover_test.cpp
  trine_golden_codec fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_import import_test.cpp
  trine_golden_codec fmt::fmt nlohmann_json::nlohmann_json)
trine_test(golden_extremes extremes_test.cpp
  trine_golden_codec fmt::fmt nlohmann_json::nlohmann_json)
