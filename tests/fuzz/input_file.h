// The input under a file's name, for readers that take nothing else; no disk has a part in it.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {

class InputFile {
 public:
  InputFile() = default;
  ~InputFile() { ::close(descriptor_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  void set(std::string_view text) const {
    const bool is_empty = ::ftruncate(descriptor_, 0) == 0;
    const auto written = ::pwrite(descriptor_, text.data(), text.size(), 0);
    must(is_empty && written == static_cast<ssize_t>(text.size()), "the input fits into memory");
  }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  void link(const std::filesystem::path& name) const { std::filesystem::create_symlink(path(), name); }

 private:
  const int descriptor_ = ::memfd_create("input", MFD_CLOEXEC);
};

}  // namespace taskqueue::fuzz
