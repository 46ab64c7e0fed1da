// Drives the fuzzers without libFuzzer, for builds by any compiler: every input of the corpus, then changed ones, the
// same in each run, until the time is over.
//
//   fuzzers                             names them
//   fuzzers NAME SECONDS CORPUS...      files or folders; 0 seconds: the corpus alone
//
// What ends the program also leaves the input in the file finding-NAME.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzzer.h"

// Of the address sanitizer, where there is one: it ends the program without a signal.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

using taskqueue::fuzz::Fuzzer;
using Steady = std::chrono::steady_clock;

constexpr std::size_t longest_input = 64 * 1024;
constexpr unsigned longest_hang_seconds = 60;

// What the signal handler must find.
std::string_view under_test;
std::string finding_file;

void keep_input() {
  std::FILE* const file = std::fopen(finding_file.c_str(), "wb");
  if (file == nullptr) return;
  std::fwrite(under_test.data(), 1, under_test.size(), file);
  std::fclose(file);
  std::fprintf(stderr, "the input is in %s\n", finding_file.c_str());
}

void on_signal(int number) {
  ::signal(number, SIG_DFL);
  if (number == SIGALRM) std::fputs("does not hold: every input ends soon\n", stderr);
  keep_input();
  ::raise(number);
}

void keep_input_at_death() {
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_input);
  for (const int number : {SIGABRT, SIGALRM}) ::signal(number, on_signal);
  if (__sanitizer_set_death_callback == nullptr) ::signal(SIGSEGV, on_signal);
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> read_corpus(const std::vector<std::filesystem::path>& places) {
  std::vector<std::filesystem::path> files;
  for (const auto& place : places) {
    if (!std::filesystem::is_directory(place)) {
      files.push_back(place);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(place)) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<std::string> corpus;
  for (const auto& file : files) corpus.push_back(content_of(file));
  return corpus;
}

/// Changes inputs a little, the same with every standard library.
class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& corpus) : corpus_(corpus) {}

  std::string next() {
    std::string input = corpus_[below(corpus_.size())];
    for (std::uint64_t steps = 1 + below(5); steps > 0; --steps) change(input);
    input.resize(std::min(input.size(), longest_input));
    return input;
  }

 private:
  struct Range {
    std::size_t begin = 0;
    std::size_t size = 0;
  };

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  /// Mostly a short one.
  Range range_of(const std::string& text) {
    const std::size_t begin = below(text.size() + 1);
    const std::size_t longest = std::min<std::size_t>(text.size() - begin, std::size_t{1} << below(10));
    return {begin, below(longest + 1)};
  }

  char some_byte() {
    using namespace std::string_view_literals;
    static constexpr std::string_view telling =
        "\0\1\t\n\r \"'%&*+,-./0123456789:;<=>?@AZ[\\]_az{|}~\x7f\x80\xc2\xff"sv;
    return below(4) == 0 ? static_cast<char>(random_()) : telling[below(telling.size())];
  }

  void change(std::string& text) {
    const std::size_t place = below(text.size() + 1);
    switch (below(8)) {
      case 0:
        if (place < text.size()) text[place] = static_cast<char>(text[place] ^ (1 << below(8)));
        break;
      case 1:
        if (place < text.size()) text[place] = some_byte();
        break;
      case 2: text.insert(place, 1, some_byte()); break;
      case 3: {
        const Range gone = range_of(text);
        text.erase(gone.begin, gone.size);
        break;
      }
      case 4: {
        const Range again = range_of(text);
        text.insert(place, text.substr(again.begin, again.size));
        break;
      }
      case 5: {
        const std::string& other = corpus_[below(corpus_.size())];
        const Range part = range_of(other);
        text.insert(place, other, part.begin, part.size);
        break;
      }
      case 6: text.insert(place, std::size_t{1} << below(12), some_byte()); break;
      default: change_number(text, place);
    }
  }

  /// Of the first number behind `place`.
  void change_number(std::string& text, std::size_t place) {
    static constexpr std::array<std::string_view, 10> numbers{
        "0", "-1", "60", "256", "65536", "2147483648", "-9223372036854775808", "9223372036854775807", "1e999", "nan"};
    const std::size_t begin = text.find_first_of("0123456789", place);
    if (begin == std::string::npos) return;
    const std::size_t end = std::min(text.find_first_not_of("0123456789", begin), text.size());
    text.replace(begin, end - begin, numbers[below(numbers.size())]);
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_{1};  // NOLINT(cert-msc51-cpp): the same in each run
};

void run(const Fuzzer& fuzzer, double seconds, const std::vector<std::string>& corpus) {
  const auto began = Steady::now();
  std::uint64_t executions = 0;
  const auto try_out = [&](std::string_view input) {
    // A copy of its own, so that reading past its end is seen.
    const std::vector<char> bytes(input.begin(), input.end());
    under_test = {bytes.data(), bytes.size()};
    fuzzer(under_test);
    ++executions;
  };
  for (const std::string& input : corpus) try_out(input);
  Mutator mutator(corpus);
  while (std::chrono::duration<double>(Steady::now() - began).count() < seconds) try_out(mutator.next());
  std::printf("%s: %llu executions, no finding\n", std::string(fuzzer.name()).c_str(),
              static_cast<unsigned long long>(executions));
}

}  // namespace

int main(int count, char** arguments) {
  const auto& all = Fuzzer::all();
  if (count == 1) {
    for (const Fuzzer& fuzzer : all) std::printf("%s\n", std::string(fuzzer.name()).c_str());
    return 0;
  }
  const auto fuzzer = std::ranges::find(all, std::string_view(arguments[1]), &Fuzzer::name);
  const std::string_view seconds = count > 2 ? arguments[2] : "";
  unsigned time = 0;
  const auto read = std::from_chars(seconds.data(), seconds.data() + seconds.size(), time);
  if (fuzzer == all.end() || seconds.empty() || read.ec != std::errc{}) {
    std::fputs("usage: fuzzers [NAME SECONDS CORPUS...]\n", stderr);
    return 2;
  }
  const auto corpus = read_corpus({arguments + 3, arguments + count});
  if (corpus.empty()) {
    std::fputs("the corpus is empty\n", stderr);
    return 2;
  }
  finding_file = "finding-" + std::string(fuzzer->name());
  keep_input_at_death();
  ::alarm(time + longest_hang_seconds);
  run(*fuzzer, time, corpus);
  return 0;
}
