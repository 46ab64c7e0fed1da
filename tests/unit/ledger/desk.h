// A folder, a clock and a log for ledgers in files.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "exporter/ledger/file_ledger.h"
#include "exporter/manual_clock.h"

namespace taskqueue {

class KeptLines final : public Log {
 public:
  [[nodiscard]] bool shows(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view, std::string_view event, Fields fields) override {
    text += event;
    for (const LogField& field : fields) text += " " + std::string(field.key) + "=" + field.value;
    text += '\n';
  }
  /// True if it stands there; what stood there is forgotten.
  bool said(std::string_view words) { return std::exchange(text, {}).find(words) != std::string::npos; }

  std::string text;
};

class LedgerDesk {
 public:
  LedgerDesk() {
    std::string name = (std::filesystem::temp_directory_path() / "taskqueue-ledger-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  ~LedgerDesk() { std::filesystem::remove_all(folder); }
  LedgerDesk(const LedgerDesk&) = delete;
  LedgerDesk& operator=(const LedgerDesk&) = delete;

  [[nodiscard]] std::filesystem::path file() const { return folder / "ledger"; }
  /// Of what was set aside; empty if nothing was.
  [[nodiscard]] std::filesystem::path aside() const {
    for (const auto& each : std::filesystem::directory_iterator(folder)) {
      const std::string name = each.path().filename().string();
      if (name.find("set-aside") != std::string::npos && !name.ends_with("-wal")) return each.path();
    }
    return {};
  }
  [[nodiscard]] std::string bytes() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& bytes) const { std::ofstream(file(), std::ios::binary) << bytes; }

  std::filesystem::path folder;
  ManualClock clock{WallTime{std::chrono::hours{24 * 365 * 50}}};
  KeptLines log;
};

inline LedgerKey key_of(const std::string& queue) { return {.labels = {queue, "mps", "media", ""}, .identity = "x"}; }

inline bool is_equal(const Entry& left, const Entry& right) {
  const bool same_snapshot = (left.snapshot == nullptr) == (right.snapshot == nullptr) &&
                             (left.snapshot == nullptr || *left.snapshot == *right.snapshot);
  return left.generation == right.generation && left.refreshed == right.refreshed && *left.state == *right.state &&
         same_snapshot;
}

}  // namespace taskqueue
