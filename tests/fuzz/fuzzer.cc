#include "tests/fuzz/fuzzer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace taskqueue::fuzz {
namespace {

std::vector<Fuzzer>& list() {
  static std::vector<Fuzzer> fuzzers;
  return fuzzers;
}

}  // namespace

Fuzzer::Fuzzer(std::string_view name, void (*run)(std::string_view input)) : name_(name), run_(run) {
  list().push_back(*this);
}

const std::vector<Fuzzer>& Fuzzer::all() { return list(); }

void must(bool holds, std::string_view sentence) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
  std::abort();
}

std::string_view take_until(std::string_view separator, std::string_view& rest) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + separator.size(), rest.size()));
  return taken;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  do parts.push_back(take_until(separator, text));
  while (!text.empty());
  return parts;
}

}  // namespace taskqueue::fuzz
