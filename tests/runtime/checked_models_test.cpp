// SPDX-License-Identifier: Apache-2.0

#include "runtime/checked_models.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/runtime/model_fixture.h"

using namespace trine;

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSecond = 1'000'000'000;

/// A copy of the packed model of the fixture, and a cache directory beside it.
struct Place {
  fs::path root = fs::temp_directory_path() / ("trine_checked_" + std::to_string(::getpid()));
  fs::path model = root / "model", cache = root / "cache" / "deep";

  explicit Place(const fs::path& from) {
    fs::create_directories(root);
    fs::copy(from, model, fs::copy_options::recursive);
  }
  ~Place() { fs::remove_all(root); }
  fs::path file() const { return model / golden::kPackedFile; }
};

/// When a check begins that nobody disturbs.
std::int64_t later(const golden::PackedModel& model) {
  return model.file().identity().changed + 3 * kSecond;
}

void append_and_cut(const fs::path& file) {
  const auto size = fs::file_size(file);
  std::ofstream(file, std::ios::app) << "x";
  fs::resize_file(file, size);
}

}  // namespace

TEST_CASE("checked models: a file is known until anything about it changes") {
  const TinyModel fixture;
  const Place place(fixture.packed().directory());
  const CheckedModels checked(place.cache, 1);
  {
    const golden::PackedModel model(place.model);
    CHECK_FALSE(checked.knows(model));
    checked.remember(model, later(model));
    CHECK(checked.knows(model));
    CHECK(CheckedModels(place.cache, 1).knows(model));
    CHECK_FALSE(CheckedModels(place.root / "other", 1).knows(model));
  }
  CHECK(checked.knows(golden::PackedModel(place.model)));

  append_and_cut(place.file());  // The same bytes, another time.
  const golden::PackedModel touched(place.model);
  CHECK_FALSE(checked.knows(touched));
  checked.remember(touched, later(touched));
  CHECK(checked.knows(touched));

  // The same content under the same name, but another file.
  fs::copy_file(place.file(), place.root / "copy");
  fs::last_write_time(place.root / "copy", fs::last_write_time(place.file()));
  fs::rename(place.root / "copy", place.file());
  CHECK_FALSE(checked.knows(golden::PackedModel(place.model)));

  fs::rename(place.model, place.root / "moved");
  CHECK_FALSE(checked.knows(golden::PackedModel(place.root / "moved")));
}

TEST_CASE("checked models: what changed shortly before or during the check is not remembered") {
  const TinyModel fixture;
  const Place place(fixture.packed().directory());
  const CheckedModels checked(place.cache, 1);
  const golden::PackedModel model(place.model);
  checked.remember(model, model.file().identity().changed + kSecond);
  CHECK_FALSE(checked.knows(model));
  append_and_cut(place.file());
  checked.remember(model, later(model));
  CHECK_FALSE(checked.knows(model));
  CHECK_FALSE(checked.knows(golden::PackedModel(place.model)));
  CHECK_FALSE(fs::exists(place.cache));
}

TEST_CASE("checked models: small ones, no directory and one that cannot be made") {
  const TinyModel fixture;
  const Place place(fixture.packed().directory());
  const golden::PackedModel model(place.model);
  const auto forgets = [&](const CheckedModels& checked) {
    checked.remember(model, later(model));
    return !checked.knows(model);
  };
  CHECK(forgets(CheckedModels(place.cache)));
  CHECK_FALSE(fs::exists(place.cache));
  CHECK(forgets(CheckedModels("", 1)));
  CHECK(forgets(CheckedModels(place.file() / "in a file", 1)));
}
