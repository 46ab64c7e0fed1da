#include "exporter/config/text_file.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace taskqueue {
namespace {

struct Closes {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string why(int error) {
  if (error == ENOENT) return "does not exist";
  if (error == EISDIR) return "is a directory";
  return "cannot be read: " + std::generic_category().message(error);
}

}  // namespace

Result<std::string, std::string> read_text_file(const std::filesystem::path& file, std::size_t limit) {
  const std::unique_ptr<std::FILE, Closes> stream(std::fopen(file.c_str(), "rbe"));
  if (!stream) return Unexpected(why(errno));
  std::string text;
  char block[16384];
  for (;;) {
    const std::size_t count = std::fread(block, 1, sizeof block, stream.get());
    text.append(block, count);
    if (text.size() > limit) return Unexpected("is larger than " + std::to_string(limit / 1024) + " KiB");
    if (count == sizeof block) continue;
    if (std::ferror(stream.get()) != 0) return Unexpected(why(errno));
    return text;
  }
}

}  // namespace taskqueue
