// What a web configuration file asks for, as plain values: exporter-toolkit's format, with the files that it names
// read.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/config/complaint.h"
#include "exporter/secret.h"
#include "exporter/web/request.h"

namespace taskqueue::web {

class TlsContext;

/// A token bucket over all requests: one every `interval`, `burst` at once.
struct RateLimit {
  std::chrono::nanoseconds interval{0};
  std::int64_t burst = 0;

  bool operator==(const RateLimit&) const = default;
};

/// User names and what their passwords are checked against: bcrypt, 60 characters, `$2y$`.
using Users = std::map<std::string, Secret>;

/// Who may come in, and how.
struct Door {
  std::shared_ptr<const TlsContext> tls;  // null: plain HTTP
  std::vector<Header> headers;            // on every answer to a request; they replace ours
  Users users;                            // empty: no password is asked
  std::optional<RateLimit> rate_limit;
};

/// What came of reading a file. `door` counts only where there are no complaints.
struct WebConfigRead {
  Door door;
  std::vector<Complaint> complaints;
  std::vector<Complaint> warnings;           // it works, but not as somebody may expect
  std::vector<std::filesystem::path> files;  // the file itself and those that it names
  std::string fingerprint;                   // the same for the same contents
};

/// Reads FILE of --web.config.file. Paths in it are relative to it. Complaints show no secret.
[[nodiscard]] WebConfigRead read_web_config(const std::filesystem::path& file);

}  // namespace taskqueue::web
