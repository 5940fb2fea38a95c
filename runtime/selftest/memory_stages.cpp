// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "runtime/selftest/stages.h"

namespace trine::selftest {
namespace {

using Element = CommandList::Element;
constexpr std::uint64_t kPage = 4096;

/// Bytes that name their own address.
std::vector<std::byte> tag(std::uint64_t address, std::uint64_t salt) {
  std::vector<std::byte> bytes(kMemoryAlign);
  for (std::uint64_t word = 0; word < kMemoryAlign / 8; ++word) {
    const std::uint64_t value = (address + 8 * word) * 0x9E3779B97F4A7C15ull ^ salt;
    std::memcpy(&bytes[8 * word], &value, 8);
  }
  return bytes;
}

/// Offsets of 64 bytes that differ in one address bit each, all within the memory.
std::vector<std::uint64_t> address_lines(const Bench& bench) {
  std::vector<std::uint64_t> all{0};
  for (std::uint64_t bit = kMemoryAlign; bit + kMemoryAlign <= bench.memory_bytes(); bit *= 2)
    all.push_back(bit);
  return all;
}

/// Offsets of pages, evenly over the memory and its last; those of the lists are left out.
std::vector<std::uint64_t> sample_pages(const Bench& bench, std::uint64_t most) {
  const std::uint64_t pages = bench.memory_bytes() / kPage;
  const std::uint64_t step =
      bench.options().all_memory ? 1 : std::max<std::uint64_t>(1, pages / most);
  std::vector<std::uint64_t> all;
  for (std::uint64_t page = 0; page < pages; page += step) all.push_back(page * kPage);
  if (all.back() != (pages - 1) * kPage) all.push_back((pages - 1) * kPage);
  std::erase_if(all, [](std::uint64_t at) {
    return (at >= kLists && at < kListsEnd) || (at >= kOutput && at < kOutputEnd);
  });
  return all;
}

/// March over [first, end): each pass reads what the one before wrote and writes the next
/// background, upwards and downwards.
void march(Bench& bench, std::uint64_t first, std::uint64_t end) {
  Transport& transport = bench.transport();
  std::vector<std::byte> block(kPage), got(kPage);
  const auto fill = [&](unsigned pass, std::uint64_t at) {
    for (std::uint64_t i = 0; i < kPage; i += 8) {
      const std::uint64_t address = at + i;
      const std::uint64_t values[] = {
          0, ~std::uint64_t{0}, 0x5555555555555555, 0xAAAAAAAAAAAAAAAA, address, ~address};
      std::memcpy(&block[i], &values[pass], 8);
    }
  };
  constexpr unsigned kPasses = 6;
  const std::uint64_t pages = (end - first) / kPage;
  for (unsigned pass = 0; pass <= kPasses; ++pass) {
    for (std::uint64_t n = 0; n < pages; ++n) {
      const std::uint64_t at = bench.at(first) + kPage * (pass % 2 == 0 ? n : pages - 1 - n);
      if (pass > 0) {
        fill(pass - 1, at);
        transport.read_memory(at, got);
        if (got != block) {
          const auto byte = std::ranges::mismatch(got, block).in1 - got.begin();
          throw StageFailure(
              fmt::format("march, pass {}: the byte at {:#x} is {:#04x}, must be {:#04x}", pass,
                          at + static_cast<std::uint64_t>(byte),
                          std::to_integer<unsigned>(got[static_cast<std::size_t>(byte)]),
                          std::to_integer<unsigned>(block[static_cast<std::size_t>(byte)])));
        }
      }
      if (pass == kPasses) continue;
      fill(pass, at);
      transport.write_memory(at, block);
    }
  }
}

void try_host_memory(Bench& bench) {
  const auto lines = address_lines(bench);
  for (const std::uint64_t salt : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    for (const std::uint64_t line : lines)
      bench.transport().write_memory(bench.at(line), tag(bench.at(line), salt));
    for (const std::uint64_t line : lines)
      bench.expect(line, tag(bench.at(line), salt), [&](std::uint64_t) {
        return fmt::format("address lines, {:#x} of the memory", line);
      });
  }
  if (bench.options().all_memory)
    march(bench, 0, bench.memory_bytes() / kPage * kPage);
  else
    march(bench, kInput, kInputEnd);
}

/// The core reads what the host wrote, and the host what the core wrote, at these offsets.
void exchange(Bench& bench, const std::vector<std::uint64_t>& offsets, const char* what) {
  constexpr std::uint64_t kTogether = 128, kWords = kMemoryAlign / 4;
  for (std::size_t first = 0; first < offsets.size(); first += kTogether) {
    const auto some =
        std::span(offsets).subspan(first, std::min(kTogether, offsets.size() - first));
    for (const std::uint64_t at : some) bench.put(at, tag(bench.at(at), 1));
    bench.clear(kOutput, some.size() * kMemoryAlign);
    CommandList list = bench.list();
    for (std::size_t i = 0; i < some.size(); ++i)
      list.load(static_cast<std::uint32_t>(kWords * i), bench.at(some[i]), kWords, Element::F32,
                what);
    list.store(0, bench.at(kOutput), kWords * some.size(), Element::F32, what);
    bench.run(list);
    bench.compare(kOutput, some.size() * kMemoryAlign, [&](std::uint64_t byte) {
      return fmt::format("{}: the core reads other bytes at {:#x} than the host wrote", what,
                         bench.at(some[byte / kMemoryAlign]));
    });
    CommandList back = bench.list();
    for (std::size_t i = 0; i < some.size(); ++i)
      back.store(static_cast<std::uint32_t>(kWords * (some.size() - 1 - i)), bench.at(some[i]),
                 kWords, Element::F32, what);
    bench.run(back);
    for (const std::uint64_t at : some)
      bench.compare(at, kMemoryAlign, [&](std::uint64_t) {
        return fmt::format("{}: the host reads other bytes at {:#x} than the core wrote", what,
                           bench.at(at));
      });
  }
}

void try_core_memory(Bench& bench) {
  exchange(bench, address_lines(bench), "address lines");
  exchange(bench, sample_pages(bench, 48), "pages");
}

/// Each place in a page where a burst may begin, with a length of its own.
constexpr std::uint64_t kStarts = kPage / kMemoryAlign;
std::uint64_t length_of(std::uint64_t start) {
  return 1 + start * 7 % 83;  // Up to beyond the page's end, all remainders of a beat.
}

void try_reads(Bench& bench) {
  std::vector<std::uint16_t> halves((kInputEnd - kInput) / 2);
  for (std::uint16_t& half : halves) {
    half = static_cast<std::uint16_t>(bench.below(0x10000));
    if ((half & 0x7C00) == 0x7C00) half ^= 0x0400;  // Inf and NaN stop a list.
  }
  bench.put(kInput, halves);
  constexpr std::uint64_t kWords = 96;
  for (const Element element : {Element::F32, Element::F16}) {
    const char* const what = element == Element::F32 ? "LOAD of FP32" : "LOAD of FP16";
    bench.clear(kOutput, kStarts * kWords * 4);
    CommandList list = bench.list();
    std::vector<std::uint64_t> words;  // Where each begins in vector memory and behind kOutput.
    std::uint64_t next = 0;
    for (std::uint64_t start = 0; start < kStarts; ++start) {
      words.push_back(next);
      list.load(static_cast<std::uint32_t>(next),
                bench.at(kInput + start * (kPage + kMemoryAlign) % (kInputEnd - kInput - kPage)),
                length_of(start), element, what);
      next += (length_of(start) + 15) / 16 * 16;
    }
    list.store(0, bench.at(kOutput), next, Element::F32, what);
    bench.run(list);
    bench.compare(kOutput, next * 4, [&](std::uint64_t byte) {
      const auto after = std::ranges::upper_bound(words, byte / 4);
      const auto start = static_cast<std::uint64_t>(after - words.begin()) - 1;
      return fmt::format("{}, {} elements from byte {} of a page on, element {}", what,
                         length_of(start), start * kMemoryAlign, byte / 4 - words[start]);
    });
  }
}

void try_writes(Bench& bench) {
  const std::vector<float> values = bench.values(96);
  bench.put(kInput, values);
  for (const Element element : {Element::F32, Element::F16}) {
    const char* const what = element == Element::F32 ? "STORE of FP32" : "STORE of FP16";
    // As many places, further apart than the longest is long, in reach of all starts of a page.
    constexpr std::uint64_t kApart = 512 + kMemoryAlign;
    bench.clear(kOutput, kStarts * kApart + kPage);
    CommandList list = bench.list();
    list.load(0, bench.at(kInput), values.size(), Element::F32, what);
    for (std::uint64_t start = 0; start < kStarts; ++start)
      list.store(0, bench.at(kOutput + start * kApart), length_of(start), element, what);
    list.fence();
    bench.run(list);
    bench.compare(kOutput, kStarts * kApart + kPage, [&](std::uint64_t byte) {
      const std::uint64_t start = std::min(byte / kApart, kStarts - 1),
                          within = byte - start * kApart;
      const std::uint64_t bytes = length_of(start) * (element == Element::F32 ? 4 : 2);
      return fmt::format("{}, {} bytes from byte {} of a page on: byte {}{}", what, bytes,
                         start * kApart % kPage, within, within < bytes ? "" : " behind its end");
    });
  }
}

void try_vector_memory(Bench& bench) {
  const std::uint64_t words = bench.params().vector_words;
  const std::uint64_t piece = std::min<std::uint64_t>(words, (kOutputEnd - kOutput) / 4);
  for (unsigned bank = 0; bank < bench.params().vectors; ++bank) {
    for (std::uint64_t first = 0; first < words; first += piece) {
      const std::uint64_t count = std::min(piece, words - first);
      // A word names its address and bank, in a value that FP32 has.
      std::vector<std::uint32_t> own(count);
      for (std::uint64_t i = 0; i < count; ++i)
        own[i] = 0x3F000000u | (bank << 20) | static_cast<std::uint32_t>(first + i);
      bench.put(kStream, own);
      CommandList list = bench.list();
      list.load(static_cast<std::uint32_t>(first), bench.at(kStream), count, Element::F32,
                "vector memory", {.bank = bank});
      bench.run(list);
    }
  }
  for (unsigned bank = 0; bank < bench.params().vectors; ++bank) {
    for (std::uint64_t first = 0; first < words; first += piece) {
      const std::uint64_t count = std::min(piece, words - first);
      CommandList list = bench.list();
      list.store(static_cast<std::uint32_t>(first), bench.at(kOutput), count, Element::F32,
                 "vector memory", {.bank = bank});
      bench.run(list);
      bench.compare_elements(kOutput, count, 4,
                             fmt::format("vector memory, bank {}, words from {} on", bank, first));
    }
  }
}

void try_indexing(Bench& bench) {
  constexpr std::uint64_t kStride = 192, kApart = 0x4000;
  bench.put(kInput, bench.values((kInputEnd - kInput) / 4));
  SequenceState state{.position = 5, .token = {3, 40, 7, 29, 11, 17, 23, 31}};
  for (const auto index : {MemoryAccess::Index::Token, MemoryAccess::Index::Position}) {
    bench.clear(kOutput, kApart * bench.params().vectors);
    CommandList list = bench.list();
    for (unsigned bank = 0; bank < bench.params().vectors; ++bank) {
      list.load(0, bench.at(kInput), 32, Element::F32, "indexed load",
                {.bank = bank, .index = index, .stride = kStride, .limit = 64});
      list.store(0, bench.at(kOutput + kApart * bank), 32, Element::F32, "indexed store",
                 {.bank = bank, .index = index, .stride = kStride, .limit = 64});
    }
    bench.run(list, state);
    bench.compare(kOutput, kApart * bench.params().vectors, [&](std::uint64_t byte) {
      return fmt::format("LOAD and STORE at STRIDE times the {} of bank {}",
                         index == MemoryAccess::Index::Token ? "token" : "position", byte / kApart);
    });
  }
}

}  // namespace

std::vector<Stage> memory_stages() {
  return {
      {"host memory",
       "the host's own way to the memory: address lines, then a march of six backgrounds",
       "The host does not get back what it wrote: a buffer that is not where its address says, "
       "that "
       "is smaller than it says or that something else writes to; a wrong width or alignment of "
       "the "
       "host's accesses; bad memory.",
       try_host_memory},
      control_stage(),
      {"core memory",
       "the core reads what the host wrote and the other way round, on each address line and on "
       "pages all over the buffer",
       "Host and core see different bytes. At some addresses only: address bits that do not arrive "
       "at the memory, or a buffer that is not contiguous. Everywhere: the buffer's address for "
       "the "
       "core is wrong (an IOMMU, an offset in the address map), or the CPU's caches are not "
       "written "
       "back or invalidated (map it uncached, or use a coherent port).",
       try_core_memory},
      {"DMA read", "LOAD of FP32 and FP16 from every place in a page where a burst begins",
       "Read bursts: their length, their split at 4 KiB, width conversion or reordering between "
       "the "
       "core and the memory, byte lanes of RDATA.",
       try_reads},
      {"DMA write", "STORE to every place of a page, all remainders of a beat, no byte beyond",
       "Write bursts: WSTRB that is ignored (memory without byte enables), WLAST, the split at 4 "
       "KiB, byte lanes of WDATA.",
       try_writes},
      {"vector memory", "every word of every bank of the vector memory holds its own value",
       "The block RAM or UltraRAM of the vector memory: address bits, a bank that is another's, a "
       "synthesis that inferred another memory.",
       try_vector_memory},
      {"indexing", "LOAD and STORE at STRIDE times token and position of each bank",
       "The sequence registers (POSITION, AHEAD, TOKEN) or the multiplier of the address, in the "
       "control unit.",
       try_indexing},
  };
}

}  // namespace trine::selftest
