// A ledger's records, in the form of tests/golden/ledger: one a line, key and value in hexadecimal digits.
#include "exporter/ledger/record_form.h"
#include "exporter/ledger/records.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {
namespace {

/// Any text gives bytes: of what is no digit the last four bits count.
std::string bytes_of(std::string_view digits) {
  const auto nibble = [](char c) {
    const bool is_letter = (c >= 'a' && c <= 'f');
    return is_letter ? c - 'a' + 10 : c & 15;
  };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(nibble(digits[i]) * 16 + nibble(digits[i + 1]));
  }
  return bytes;
}

Records read_lines(std::string_view input) {
  Records records;
  for (std::string_view line : split(input, "\n")) {
    std::string key = bytes_of(take_until(" ", line));
    records.insert_or_assign(std::move(key), bytes_of(line));
  }
  return records;
}

/// With the check sums that the contents should have, as if another program had written them.
Records sealed_again(Records records) {
  constexpr std::size_t sum_size = 4;
  for (auto& [key, value] : records) {
    value.resize(value.size() - std::min(value.size(), sum_size));
    value = record_form::sealed(key, std::move(value));
  }
  return records;
}

void check_records(const Records& records) {
  const auto entry = entry_from(records);
  if (!entry) return must(entry.error().code == "damaged" || entry.error().code == "newer", "a failure has a code");
  const Records written = records_of(*entry);
  const auto again = entry_from(written);
  must(again.has_value(), "what was read can be written");
  // Compared as bytes: a number that is none equals nothing.
  must(records_of(*again) == written, "an entry comes back as it was");
  const Change nothing = change(&*entry, *again);
  must(nothing.remove.empty(), "between equal entries nothing goes");
}

const Fuzzer ledger_fuzzer("ledger", [](std::string_view input) {
  const Records records = read_lines(input);
  check_records(records);
  check_records(sealed_again(records));
});

}  // namespace
}  // namespace taskqueue::fuzz
