#include "exporter/ledger/records.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "exporter/ledger/record_form.h"
#include "tests/catch.h"
#include "tests/unit/ledger/desk.h"
#include "tests/unit/ledger/random_entry.h"

using namespace taskqueue;

TEST_CASE("an entry comes back from its records as it was, whatever is in it", "[ledger][records]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const Entry entry = EntryFiller(seed).entry();
    const auto back = entry_from(records_of(entry));
    INFO((back ? "" : back.error().sentence));
    REQUIRE(back);
    REQUIRE(is_equal(*back, entry));
  }
}

TEST_CASE("an entry without anything in it comes back too", "[ledger][records]") {
  const Entry entry{.state = std::make_shared<const QueueState>(), .snapshot = nullptr};
  const auto back = entry_from(records_of(entry));
  REQUIRE(back);
  CHECK(is_equal(*back, entry));
}

TEST_CASE("a change makes the records of one entry those of the next", "[ledger][records]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    EntryFiller filler(seed);
    Entry before = filler.entry();
    Records records = records_of(before);
    for (int step = 0; step < 5; ++step) {
      const Entry after = filler.after(before);
      apply(change(&before, after), records);
      REQUIRE(records == records_of(after));
      before = after;
    }
  }
}

namespace {

/// One record a line, in hexadecimal digits.
std::string text_of(const Records& records) {
  std::string text;
  const auto add = [&](const std::string& bytes) {
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      text += "0123456789abcdef"[byte >> 4U];
      text += "0123456789abcdef"[byte & 15U];
    }
  };
  for (const auto& [key, value] : records) {
    add(key);
    text += ' ';
    add(value);
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("the byte form is that of the number it bears", "[ledger][records]") {
  // Whoever changes the form raises `form` in record_form.h, reads the older one as well, and adds a file here.
  const Records records = records_of(EntryFiller(1).entry());
  std::ifstream file(TEST_DATA "/golden/ledger/form-1.txt");
  const std::string golden{std::istreambuf_iterator<char>(file), {}};
  if (const char* path = std::getenv("WRITE_LEDGER_FORM")) std::ofstream(path) << text_of(records);
  CHECK(text_of(records) == golden);
}

TEST_CASE("damage to any record is found", "[ledger][records]") {
  const Records good = records_of(EntryFiller(1).entry());
  std::mt19937_64 random(1);
  const auto kind = GENERATE(as<std::string>{}, "a bit", "its end", "all of it", "its name");
  for (const auto& [key, value] : good) {
    CAPTURE(key, kind);
    Records bad = good;
    std::string& bytes = bad[key];
    if (kind == "a bit") bytes[random() % bytes.size()] ^= static_cast<char>(1U << random() % 8);
    if (kind == "its end") bytes.pop_back();
    if (kind == "all of it" || kind == "its name") bad.erase(key);
    if (kind == "its name") bad.emplace(key + "x", value);
    const auto read = entry_from(bad);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "damaged");
  }
}

TEST_CASE("a newer form is told from damage", "[ledger][records]") {
  Records records = records_of(EntryFiller(1).entry());
  ByteWriter bytes;
  bytes.write(std::uint64_t{2});
  bytes.write(std::string("whatever comes then"));
  records["head"] = record_form::sealed("head", bytes.take());
  const auto read = entry_from(records);
  REQUIRE_FALSE(read);
  CHECK(read.error().code == "newer");
  CHECK(read.error().sentence.find("form 2") != std::string::npos);
}
