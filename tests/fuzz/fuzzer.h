// A fuzzer is a function that takes any bytes and checks what must hold of whatever was read from them. All of them
// together make one program with a driver of ours (driver.cc); each alone makes one with libFuzzer (libfuzzer.cc).
#pragma once

#include <string_view>
#include <vector>

namespace taskqueue::fuzz {

class Fuzzer {
 public:
  /// Enters the list of all.
  Fuzzer(std::string_view name, void (*run)(std::string_view input));

  [[nodiscard]] std::string_view name() const { return name_; }
  void operator()(std::string_view input) const { run_(input); }

  [[nodiscard]] static const std::vector<Fuzzer>& all();

 private:
  std::string_view name_;
  void (*run_)(std::string_view input);
};

/// Ends the program with `sentence` unless it holds.
void must(bool holds, std::string_view sentence);

/// Takes the text up to the next `separator`, and the separator, off the front of `rest`.
std::string_view take_until(std::string_view separator, std::string_view& rest);

/// All parts between separators; at least one.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, std::string_view separator);

/// What is between two answers, or two requests, in the inputs of those fuzzers that take several.
inline constexpr std::string_view next_part = "\n----\n";

}  // namespace taskqueue::fuzz
