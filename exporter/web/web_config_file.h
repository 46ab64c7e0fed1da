// The web configuration as its files say now: they are looked at before each connection and each request.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "exporter/clock.h"
#include "exporter/log.h"
#include "exporter/web/web_config.h"

namespace taskqueue::web {

/// What tells a changed file from the same one.
struct FileStamp {
  bool exists = false;
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::chrono::nanoseconds modified{0};
  std::chrono::nanoseconds changed{0};

  bool operator==(const FileStamp&) const = default;
};

/// A new certificate, key or password takes effect with the next connection or request. Files that are broken, or that
/// would switch TLS or passwords off or ask less of clients' certificates, change nothing and are logged once: that
/// takes a restart, so that a file caught while it is being written never opens the door. For one thread at a time.
class WebConfigFile {
 public:
  /// Uses, does not own, `clock` and `log`.
  WebConfigFile(std::filesystem::path file, const Clock& clock, Log& log)
      : file_(std::move(file)), clock_(clock), log_(log) {}

  /// The first reading. What is wrong, or nothing; warnings are logged.
  [[nodiscard]] std::vector<Complaint> open();

  /// After a successful open().
  [[nodiscard]] std::shared_ptr<const Door> door();

 private:
  struct Watched {
    std::filesystem::path file;
    FileStamp stamp;
  };

  [[nodiscard]] bool has_changed() const;
  [[nodiscard]] WebConfigRead read();
  void read_again();
  void log_warnings(const std::vector<Complaint>& warnings);

  const std::filesystem::path file_;
  const Clock& clock_;
  Log& log_;
  std::shared_ptr<const Door> door_;
  std::vector<Watched> watched_;
  WallTime read_at_{};
  bool settled_ = false;  // no file had been written to just before it was read
  std::string last_;      // stands for what was read, so that the same is not told twice
};

}  // namespace taskqueue::web
