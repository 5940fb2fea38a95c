// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/choose_depths.h"

#include <algorithm>
#include <cmath>

#include "format_fixture.h"
#include "golden/codec/quantize.h"

namespace trine::golden {
namespace {

/// A checkpoint whose matrices differ in how much a trit more helps, with more than 256 rows in
/// some and other numbers of rows than of columns in most.
nlohmann::json config() {
  nlohmann::json json = tiny_config(true);
  json["intermediate_size"] = 300;
  json["num_hidden_layers"] = 1;
  return json;
}

/// Every `of`th column is large; the others are a tenth of that, a little more in later rows.
void write_uneven(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  const std::string text = config().dump(1);
  spill(directory / "config.json", text);
  spill(directory / "tokenizer.json", "{}");
  const auto specs = all_tensors(parse_config(text, "uneven"));
  std::vector<SafetensorsWriter::Entry> entries;
  for (const auto& spec : specs) entries.push_back({spec.name, Dtype::F32, spec.shape});
  SafetensorsWriter writer(directory / "model.safetensors", entries, {});
  for (std::size_t number = 0; number < specs.size(); ++number) {
    std::size_t count = 1;
    for (const std::size_t extent : specs[number].shape) count *= extent;
    std::minstd_rand random(static_cast<unsigned>(number + 1));
    const std::size_t of = 1 + number % 5, cols = specs[number].shape.back();
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
      const float value = static_cast<float>(random() % 2001) * 1e-3f - 1.0f;
      const std::size_t row = i / cols;
      values[i] = i % cols % of == 0 ? value : 0.1f * value * (1 + static_cast<float>(row) / 400);
    }
    writer.append(std::as_bytes(std::span(values)));
  }
  writer.finish();
}

struct Matrix {
  std::string name;
  std::size_t rows = 0, cols = 0;
  std::vector<double> error, bits;  // By depth.
};

/// Stored bits and relative squared errors by depth, as the header of choose_depths defines them.
std::vector<Matrix> measured(const Checkpoint& checkpoint, const QuantizeOptions& options) {
  std::vector<Matrix> all;
  for (const TensorSpec& spec : matrix_tensors(checkpoint.config())) {
    Matrix matrix{spec.name, spec.shape[0], spec.shape[1], std::vector<double>(5),
                  std::vector<double>(5)};
    const std::vector<float> weights = checkpoint.at(spec.name).to_f32();
    const std::size_t rows = std::min<std::size_t>(256, matrix.rows);
    std::vector<float> sample;
    for (std::size_t row = 0; row < rows; ++row) {
      const auto from =
          weights.begin() + static_cast<std::ptrdiff_t>(row * matrix.rows / rows * matrix.cols);
      sample.insert(sample.end(), from, from + static_cast<std::ptrdiff_t>(matrix.cols));
    }
    const auto importance = options.importance.contains(spec.name)
                                ? options.importance.at(spec.name)
                                : std::vector<double>();
    for (unsigned depth = 1; depth <= 4; ++depth) {
      const auto products =
          dequantize(quantize(sample, {rows, matrix.cols, depth}, options.scales, importance));
      double error = 0, all_of_it = 0;
      for (std::size_t i = 0; i < sample.size(); ++i) {
        const double weight = importance.empty() ? 1 : importance[i % matrix.cols];
        const double difference = double{sample[i]} - double{products[i]};
        error += weight * difference * difference;
        all_of_it += weight * double{sample[i]} * double{sample[i]};
      }
      matrix.error[depth] = error / all_of_it;
      matrix.bits[depth] =
          8.0 * static_cast<double>(
                    MatrixShape{matrix.rows, matrix.cols, depth}.stream_bytes(kCanonical));
    }
    all.push_back(std::move(matrix));
  }
  return all;
}

double weights_of(const std::vector<Matrix>& matrices) {
  double sum = 0;
  for (const Matrix& matrix : matrices) sum += static_cast<double>(matrix.rows * matrix.cols);
  return sum;
}

/// Stored bits per weight with all matrices at a depth.
double bits_at(const std::vector<Matrix>& matrices, unsigned depth) {
  double bits = 0;
  for (const Matrix& matrix : matrices) bits += matrix.bits[depth];
  return bits / weights_of(matrices);
}

/// One step of one matrix at a time, the one that removes most error per bit of those that fit.
std::map<std::string, unsigned> expected(const std::vector<Matrix>& matrices, double bits,
                                         const std::map<std::string, unsigned>& fixed) {
  std::map<std::string, unsigned> depths;
  double left = bits * weights_of(matrices);
  for (const Matrix& matrix : matrices) {
    const auto it = fixed.find(matrix.name);
    depths[matrix.name] = it == fixed.end() ? 1 : it->second;
    left -= matrix.bits[depths[matrix.name]];
  }
  for (;;) {
    std::map<double, const Matrix*> steps;  // By what a bit removes.
    for (const Matrix& matrix : matrices) {
      const unsigned now = depths[matrix.name];
      if (fixed.contains(matrix.name) || now == 4) continue;
      const double cost = matrix.bits[now + 1] - matrix.bits[now];
      if (cost > left) continue;
      const double gain = matrix.error[now] - matrix.error[now + 1];
      if (gain > 0) steps[gain * static_cast<double>(matrix.rows * matrix.cols) / cost] = &matrix;
    }
    if (steps.empty()) return depths;
    const Matrix& best = *steps.rbegin()->second;
    const unsigned now = depths[best.name]++;
    left -= best.bits[now + 1] - best.bits[now];
  }
}

}  // namespace

TEST_CASE("choose_depths: the steps that remove most error per bit, within the bits") {
  const TempDir dir;
  write_uneven(dir / "model");
  const Checkpoint checkpoint(dir / "model");
  QuantizeOptions options;
  options.scales = Scales::V2;
  const auto matrices = measured(checkpoint, options);
  const double least = bits_at(matrices, 1), most = bits_at(matrices, 4);
  std::size_t different = 0;  // Answers that are not that of the fewer bits before.
  std::map<std::string, unsigned> before;
  for (int part = 0; part <= 16; ++part) {
    const double bits = least + (most - least) * part / 16 + (part == 16 ? -1e-9 : 1e-9);
    CAPTURE(bits);
    const auto depths = choose_depths(checkpoint, bits, options);
    CHECK(depths == expected(matrices, bits, {}));
    different += depths != before;
    before = depths;
  }
  CHECK(different > 8);
}

TEST_CASE("choose_depths: importance of columns, and depths that are given") {
  const TempDir dir;
  write_uneven(dir / "model");
  const Checkpoint checkpoint(dir / "model");
  QuantizeOptions plain, weighted;
  // In every second matrix what is small matters most.
  bool small = false;
  for (const TensorSpec& spec : matrix_tensors(checkpoint.config())) {
    small = !small;
    for (std::size_t col = 0; col < spec.shape[1]; ++col)
      weighted.importance[spec.name].push_back(small && col % 5 != 0 ? 1000 : 1);
  }
  const auto matrices = measured(checkpoint, plain);
  const double bits = (bits_at(matrices, 1) + bits_at(matrices, 4)) / 2;
  const auto without = choose_depths(checkpoint, bits, plain);
  const auto with = choose_depths(checkpoint, bits, weighted);
  CHECK(without == expected(matrices, bits, {}));
  CHECK(with == expected(measured(checkpoint, weighted), bits, {}));
  CHECK(with != without);

  const std::string name = without.begin()->first;
  for (const unsigned depth : {1u, 4u}) {
    QuantizeOptions fixed;
    fixed.depths = {{name, depth}};
    CHECK(choose_depths(checkpoint, bits, fixed) == expected(matrices, bits, {{name, depth}}));
  }
}

TEST_CASE("choose_depths: bits that no depths reach are refused before any work") {
  const TempDir dir;
  write_uneven(dir / "model");
  const Checkpoint checkpoint(dir / "model");
  const auto matrices = measured(checkpoint, {});
  const double least = bits_at(matrices, 1), most = bits_at(matrices, 4);
  const auto refused = [&](double bits, const QuantizeOptions& options, const std::string& why) {
    std::size_t done = 0;
    check_error([&] { choose_depths(checkpoint, bits, options, [&](auto, auto) { ++done; }); },
                {fmt::format("{}: {} bits per weight are asked for, {}", (dir / "model").string(),
                             bits, why)});
    CHECK(done == 0);
  };
  refused(0.5, {}, fmt::format("the least possible are {:.4f}", least));
  refused(64, {}, fmt::format("the most possible are {:.4f}", most));
  QuantizeOptions fixed;  // The first matrix has depth 3 in both.
  fixed.depths = {{matrices[0].name, 3}};
  const double more = (matrices[0].bits[3] - matrices[0].bits[1]) / weights_of(matrices);
  const double less = (matrices[0].bits[4] - matrices[0].bits[3]) / weights_of(matrices);
  refused(0.5, fixed, fmt::format("the least possible are {:.4f}", least + more));
  refused(64, fixed, fmt::format("the most possible are {:.4f}", most - less));

  std::vector<std::size_t> steps;
  choose_depths(checkpoint, (least + most) / 2, {}, [&](std::size_t done, std::size_t total) {
    steps.push_back(done);
    CHECK(total == matrices.size());
  });
  CHECK(steps.size() == matrices.size());
  CHECK(std::ranges::is_sorted(steps));
  CHECK(steps.back() == matrices.size());
}

}  // namespace trine::golden
