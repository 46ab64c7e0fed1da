// Small files, read whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "exporter/result.h"

namespace taskqueue {

/// The content of a file of at most `limit` bytes. The error ends a sentence that begins with the file: "does not
/// exist", "is a directory", "cannot be read: Permission denied", "is larger than 1024 KiB".
[[nodiscard]] Result<std::string, std::string> read_text_file(const std::filesystem::path& file, std::size_t limit);

}  // namespace taskqueue
