// Reads a configuration, with every complaint at once.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/complaint.h"
#include "exporter/config/config.h"
#include "exporter/result.h"

namespace taskqueue {

using Loaded = Result<Config, std::vector<Complaint>>;

/// Reads `file`, at most 8 MiB. Complaints are in the file's order. Opens nothing but the file itself and the files it
/// names.
[[nodiscard]] Loaded load_config(const std::filesystem::path& file, std::span<const ServiceRules> services);

/// The same from a text; `name` stands for the file in complaints.
[[nodiscard]] Loaded parse_config(std::string_view text, std::string_view name, std::span<const ServiceRules> services);

}  // namespace taskqueue
