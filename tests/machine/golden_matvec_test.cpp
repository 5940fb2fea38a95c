// SPDX-License-Identifier: Apache-2.0
//
// TRIT_MATVEC and F16_MATVEC of the golden machine, against the definitions and the vector files.

#include <doctest/doctest.h>

#include <bit>
#include <filesystem>
#include <random>

#include "driver/layout.h"
#include "golden/checkpoint/float16.h"
#include "machine/product/f16/definition.h"
#include "machine/product/trit/definition.h"
#include "machine/product/trit/table.h"
#include "machine/product/vectors.h"
#include "machine_fixture.h"

using namespace trine;

namespace {

constexpr std::uint64_t kBook = 0x3000, kInput = 0x8000, kResult = 0x20000, kRaw = 0x40000,
                        kStream = 0x100000;
constexpr std::uint32_t kResultWord = 16384, kRawWord = 32768;

struct Results {
  std::vector<std::int64_t> accumulator;
  std::vector<float> y;
};

/// x through LOAD, the matrix twice (plain and RAW), both results through STORE.
Results run_matvec(Machine& machine, const Fields& matvec, const std::vector<float>& x) {
  machine.put(kInput, x);
  Fields plain = matvec, raw = matvec;
  plain.dst = kResultWord;
  raw.dst = kRawWord;
  raw.raw = true;
  const auto cols = static_cast<std::uint32_t>(x.size());
  CHECK_EQ(
      machine.run(
          {Fields{.opcode = Opcode::LOAD, .rows = cols, .address = kInput}, plain, raw,
           Fields{.opcode = Opcode::STORE,
                  .rows = matvec.rows,
                  .src = kResultWord,
                  .address = kResult},
           Fields{
               .opcode = Opcode::STORE, .rows = 2 * matvec.rows, .src = kRawWord, .address = kRaw},
           end_command()}),
      Outcome{ErrorCode::NONE, 5});
  return {machine.get<std::int64_t>(kRaw, matvec.rows), machine.get<float>(kResult, matvec.rows)};
}

Fields trit_command(const golden::MatrixShape& shape) {
  return {.opcode = Opcode::TRIT_MATVEC,
          .rows = static_cast<std::uint32_t>(shape.rows),
          .cols = static_cast<std::uint32_t>(shape.cols),
          .depth = shape.depth,
          .address = kStream,
          .book = kBook};
}

golden::TritMatrix random_matrix(const golden::MatrixShape& shape, std::mt19937& random) {
  golden::TritMatrix matrix{shape, {}, {}, {}};
  const int half = golden::outer_level(shape.depth);
  for (std::size_t i = 0; i < shape.rows * shape.cols; ++i)
    matrix.levels.push_back(static_cast<std::int8_t>(
        static_cast<int>(random() % (2u * static_cast<unsigned>(half) + 1)) - half));
  for (std::size_t i = 0; i < shape.rows * shape.groups_per_row(); ++i)
    matrix.scales.push_back(static_cast<std::uint8_t>(random() % golden::kCodebook));
  for (std::size_t k = 0; k < golden::kCodebook; ++k)
    matrix.codebook[k] = std::ldexp(1.0 + static_cast<double>(k) / 50, static_cast<int>(k) / 3 - 9);
  return matrix;
}

std::vector<float> random_vector(std::size_t count, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> x(count);
  for (float& value : x) value = normal(random);
  for (std::size_t i = 0; i < count / 3; ++i)  // Blocks far apart, and one of zeros.
    x[i] = i < 16 ? 0.0f : std::ldexp(x[i], static_cast<int>(i / 16 * 7 % 60) - 30);
  return x;
}

}  // namespace

TEST_CASE("TRIT_MATVEC: every trit vector file, accumulators and results") {
  unsigned files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TRINE_SOURCE_DIR "/tests/vectors")) {
    const golden::VectorFile file = golden::load_vectors(entry.path());
    if (file.kind != golden::VectorFile::Kind::Trit) continue;
    CAPTURE(entry.path());
    ++files;
    Machine machine({.groups = static_cast<unsigned>(file.geometry.groups),
                     .tile_rows = static_cast<std::uint32_t>(file.geometry.tile_rows)});
    machine.put(kBook, codebook_block(file.matrix.codebook, file.matrix.shape.depth));
    machine.put(kStream, file.stream);
    const Results got = run_matvec(machine, trit_command(file.matrix.shape), file.x);
    CHECK(got.accumulator == file.accumulator);
    CHECK(bits_of(got.y) == bits_of(file.y));
  }
  CHECK_GE(files, 12u);
}

TEST_CASE("F16_MATVEC: every FP16 vector file, in every geometry") {
  unsigned files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TRINE_SOURCE_DIR "/tests/vectors")) {
    const golden::VectorFile file = golden::load_vectors(entry.path());
    if (file.kind != golden::VectorFile::Kind::F16) continue;
    CAPTURE(entry.path());
    ++files;
    for (const unsigned groups : {1u, 4u, 16u}) {
      const MachineParams params{.groups = groups};
      Machine machine(params);
      const std::uint64_t stride = f16_stride(file.cols, params);
      for (std::size_t r = 0; r < file.rows; ++r) {
        const auto row = file.weight_f16.begin() + static_cast<std::ptrdiff_t>(r * file.cols);
        machine.put(kStream + 2 * r * stride,
                    std::vector<std::uint16_t>(row, row + static_cast<std::ptrdiff_t>(file.cols)));
      }
      const Results got = run_matvec(machine,
                                     {.opcode = Opcode::F16_MATVEC,
                                      .rows = static_cast<std::uint32_t>(file.rows),
                                      .cols = static_cast<std::uint32_t>(file.cols),
                                      .address = kStream},
                                     file.x);
      CHECK(got.accumulator == file.accumulator);
      CHECK(bits_of(got.y) == bits_of(file.y));
    }
  }
  CHECK_GE(files, 3u);
}

TEST_CASE("F16_MATVEC: rows are whole blocks of 16 and whole beats apart") {
  struct Case {
    unsigned groups;
    std::uint32_t cols;
    std::uint64_t stride;
  };
  std::mt19937 random(8);
  for (const Case& c : {Case{1, 20, 32}, {4, 20, 32}, {16, 20, 32}, {1, 48, 48}, {16, 48, 64}}) {
    CAPTURE(c.groups);
    CAPTURE(c.cols);
    const MachineParams params{.groups = c.groups};
    REQUIRE_EQ(f16_stride(c.cols, params), c.stride);
    std::vector<std::uint16_t> weights(19 * c.stride, 0);
    for (std::size_t i = 0; i < weights.size(); ++i)
      if (i % c.stride < c.cols) weights[i] = static_cast<std::uint16_t>(random() & 0xbbff);
    Machine machine(params);
    machine.put(kStream, weights);
    const auto x = random_vector(c.cols, random);
    const Results got = run_matvec(
        machine, {.opcode = Opcode::F16_MATVEC, .rows = 19, .cols = c.cols, .address = kStream}, x);
    const golden::F16Result expected =
        golden::f16_definition({weights, 19, c.cols, c.stride}, golden::to_bfp(x));
    CHECK(got.accumulator == expected.accumulator);
    CHECK(bits_of(got.y) == bits_of(expected.y));
  }
}

TEST_CASE("TRIT_MATVEC: equals the definition at every depth in every geometry") {
  std::mt19937 random(7);
  for (const unsigned groups : {1u, 4u, 16u}) {
    for (const std::uint32_t tile_rows : {32u, 64u, 2048u}) {
      for (unsigned depth = 1; depth <= 4; ++depth) {
        for (const auto& size : {std::pair{70u, 300u}, {1u, 1u}, {129u, 17u}, {32u, 256u}}) {
          const std::uint32_t rows = size.first, cols = size.second;
          for (const unsigned act_width : {12u, 8u, 16u}) {
            CAPTURE(groups);
            CAPTURE(tile_rows);
            CAPTURE(depth);
            CAPTURE(rows);
            CAPTURE(act_width);
            Machine machine({.groups = groups, .tile_rows = tile_rows, .act_width = act_width});
            const golden::TritMatrix matrix = random_matrix({rows, cols, depth}, random);
            const auto x = random_vector(cols, random);
            machine.put(kBook, codebook_block(matrix.codebook, depth));
            machine.put(kStream, golden::pack(matrix, {groups, tile_rows}));
            const Results got = run_matvec(machine, trit_command(matrix.shape), x);
            const golden::TritResult expected =
                golden::trit_definition(matrix, golden::hardware_codebook(matrix.codebook, depth),
                                        golden::to_bfp(x, static_cast<int>(act_width)));
            CHECK(got.accumulator == expected.accumulator);
            CHECK(bits_of(got.y) == bits_of(expected.y));
          }
        }
      }
    }
  }
}

TEST_CASE("TRIT_MATVEC: writes zeros up to a multiple of 32 rows and nothing behind") {
  std::mt19937 random(3);
  for (const bool raw : {false, true}) {
    Machine machine;
    const golden::TritMatrix matrix = random_matrix({33, 40, 2}, random);
    machine.put(kBook, codebook_block(matrix.codebook, 2));
    machine.put(kStream, golden::pack(matrix));
    machine.put<std::uint32_t>(kInput, std::vector<std::uint32_t>(512, 0x3f800000));
    Fields matvec = trit_command(matrix.shape);
    matvec.dst = 64;
    matvec.raw = raw;
    machine.run(
        {Fields{.opcode = Opcode::LOAD, .rows = 512, .address = kInput}, matvec, end_command()});
    const auto words = machine.vector_memory();
    const std::uint32_t step = raw ? 2 : 1;
    for (std::uint32_t i = 64 + 33 * step; i < 64 + 64 * step; ++i) CHECK_EQ(words[i], 0u);
    CHECK_EQ(words[63], 0x3f800000u);
    CHECK_EQ(words[64 + 64 * step], 0x3f800000u);
    CHECK_NE(words[64 + 32 * step], 0x3f800000u);
  }
}

TEST_CASE("TRIT_MATVEC: an input of zeros gives +0 and sums of zero") {
  std::mt19937 random(4);
  Machine machine;
  const golden::TritMatrix matrix = random_matrix({40, 64, 4}, random);
  machine.put(kBook, codebook_block(matrix.codebook, 4));
  machine.put(kStream, golden::pack(matrix));
  std::vector<float> x(64, -0.0f);
  x[5] = std::bit_cast<float>(std::uint32_t{1});  // A subnormal counts as nothing.
  const Results got = run_matvec(machine, trit_command(matrix.shape), x);
  CHECK(got.accumulator == std::vector<std::int64_t>(40, 0));
  CHECK(bits_of(got.y) == std::vector<std::uint32_t>(40, 0));
}

TEST_CASE("TRIT_MATVEC: any bytes as stream and codebook end in a data error, never worse") {
  std::mt19937 random(5);
  for (const unsigned groups : {1u, 4u, 16u}) {
    for (unsigned depth = 1; depth <= 4; ++depth) {
      Machine machine({.groups = groups, .tile_rows = 32});
      const golden::MatrixShape shape{100, 200, depth};
      std::vector<std::byte> noise(shape.stream_bytes({groups, 32}));
      for (auto& byte : noise) byte = static_cast<std::byte>(random());
      machine.put(kStream, noise);
      std::vector<std::uint32_t> book(32);
      for (auto& word : book) word = static_cast<std::uint32_t>(random());
      machine.put(kBook, book);
      std::vector<std::uint32_t> x(200);
      for (auto& word : x) word = static_cast<std::uint32_t>(random());
      machine.put(kInput, x);
      Fields matvec = trit_command(shape);
      matvec.dst = kResultWord;
      const Command load = Fields{.opcode = Opcode::LOAD, .rows = 200, .address = kInput};
      CHECK_EQ(machine.run({load, matvec, end_command()}), Outcome{ErrorCode::BAD_CODEBOOK, 1});
      machine.put<std::uint32_t>(kBook, std::vector<std::uint32_t>(28, 0x8000));
      machine.put<std::uint32_t>(kBook + 4 * 28, std::vector<std::uint32_t>(4, 0));
      CHECK_EQ(machine.run({load, matvec, end_command()}), Outcome{ErrorCode::BAD_SET_BYTE, 1});
      CHECK_EQ(machine.run({end_command()}), Outcome{ErrorCode::NONE, 0});
    }
  }
}

TEST_CASE("trit_product: the fast way and the tables agree, at every width") {
  golden::Workers workers(2);
  std::mt19937 random(9);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    for (int act_width = 8; act_width <= 16; ++act_width) {
      CAPTURE(depth);
      CAPTURE(act_width);
      const golden::TritMatrix matrix = random_matrix({100, 400, depth}, random);
      const auto book = golden::hardware_codebook(matrix.codebook, depth);
      const auto stream = golden::pack(matrix);
      const auto x = golden::to_bfp(random_vector(400, random), act_width);
      const auto fast =
          golden::trit_product({stream, matrix.shape, golden::kCanonical, book}, x, workers);
      const auto tables = golden::trit_table({stream, matrix.shape, golden::kCanonical, book}, x);
      CHECK(fast.accumulator == tables.accumulator);
      CHECK(tables.accumulator == golden::trit_definition(matrix, book, x).accumulator);
    }
  }
}

TEST_CASE("trit_product: every form tells of the first level and scale that there is not") {
  golden::Workers workers(1);
  std::mt19937 random(12);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    const golden::TritMatrix matrix = random_matrix({32, 256, depth}, random);
    const auto book = golden::hardware_codebook(matrix.codebook, depth);
    const auto x = golden::to_bfp(random_vector(256, random));
    const unsigned width = golden::tail_bits(depth), level_bits = golden::tail_level_bits(depth);
    const unsigned levels = 2 * static_cast<unsigned>(golden::outer_level(depth)) + 1;
    const unsigned scales = golden::kCodebook;
    const auto bad_tail = [&](unsigned value, golden::Form form) {
      auto stream = golden::pack(matrix);
      for (std::size_t bit = 0; bit < width; ++bit) {
        const std::size_t at = 37 * width + bit;
        stream[at / 8] &= ~(std::byte{1} << at % 8);
        if ((value >> bit & 1) != 0) stream[at / 8] |= std::byte{1} << at % 8;
      }
      const auto product =
          golden::trit_product({stream, matrix.shape, golden::kCanonical, book}, x, workers, form);
      CHECK_FALSE(product.bad_set_byte);
      return product.bad_tail;
    };
    for (const golden::Form form : {golden::Form::Fastest, golden::Form::Table}) {
      CAPTURE(depth);
      CHECK(bad_tail(levels, form));
      CHECK(bad_tail(scales << level_bits, form));
      CHECK_FALSE(bad_tail((levels - 1) | (scales - 1) << level_bits, form));
    }
  }
}

TEST_CASE("f16_product, trit_product: every form gives the same, whole and handed out") {
  golden::Workers workers(2);
  std::mt19937 random(14);
  constexpr std::size_t kRows = 300, kCols = 40, kStride = 128;
  std::vector<std::byte> bytes((kRows - 1) * kStride + 2 * kCols);
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    const std::uint16_t weight = golden::f32_to_f16(random_vector(1, random)[0]);
    std::memcpy(&bytes[at], &weight, 2);
  }
  const golden::F16Stream rows{bytes, kRows, kCols, kStride};
  const golden::TritMatrix matrix = random_matrix({100, kCols, 3}, random);
  const auto book = golden::hardware_codebook(matrix.codebook, 3);
  const auto packed = golden::pack(matrix);
  const golden::TritStream trits{packed, matrix.shape, golden::kCanonical, book};
  const std::vector<float> values = random_vector(kCols, random);
  const golden::BfpVector x = golden::to_bfp(values);
  const auto f16 = golden::f16_product(rows, x, workers).accumulator;
  const auto trit = golden::trit_product(trits, x, workers).accumulator;
  for (const golden::Form form :
       {golden::Form::Fastest, golden::Form::Table, golden::Form::Definition}) {
    CHECK(golden::f16_product(rows, x, workers, form).accumulator == f16);
    CHECK(golden::trit_product(trits, x, workers, form).accumulator == trit);
    std::vector<std::int64_t> all(kRows);
    const auto faults = golden::f16_product(rows, x, workers, form, golden::collect(all));
    CHECK_FALSE((faults.overflow || faults.nonfinite));
    CHECK(all == f16);
  }
}

TEST_CASE("trit_product: refuses another length of stream or input") {
  golden::Workers workers(1);
  std::mt19937 random(6);
  const golden::TritMatrix matrix = random_matrix({32, 256, 2}, random);
  const auto book = golden::hardware_codebook(matrix.codebook, 2);
  auto stream = golden::pack(matrix);
  const auto x = golden::to_bfp(random_vector(256, random));
  CHECK_NOTHROW(golden::trit_product({stream, matrix.shape, golden::kCanonical, book}, x, workers));
  CHECK_THROWS_AS(golden::trit_product({stream, matrix.shape, golden::kCanonical, book},
                                       golden::to_bfp(random_vector(240, random)), workers),
                  Error);
  stream.pop_back();
  CHECK_THROWS_AS(
      golden::trit_product({stream, matrix.shape, golden::kCanonical, book}, x, workers), Error);
}

TEST_CASE("codebook_block: mantissa and shift, exponent, zeros") {
  golden::Codebook codebook{};
  for (std::size_t k = 0; k < codebook.size(); ++k)
    codebook[k] = std::ldexp(1.0, static_cast<int>(k) - 20);
  const auto bytes = codebook_block(codebook, 1);
  REQUIRE_EQ(bytes.size(), kCodebookBytes);
  std::array<std::uint32_t, 32> words{};
  std::memcpy(words.data(), bytes.data(), bytes.size());
  for (std::uint32_t k = 0; k < 27; ++k) CHECK_EQ(words[k], 0x8000u | (26 - k) << 16);
  CHECK_EQ(words[27], 6u);
  for (std::size_t i = 28; i < 32; ++i) CHECK_EQ(words[i], 0u);
}
