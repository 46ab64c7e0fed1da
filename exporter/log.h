// One line per event: logfmt or JSON. `event` is a constant sentence one can grep for; what varies is a field.
#pragma once

#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>

#include "exporter/clock.h"
#include "exporter/locks.h"

namespace taskqueue {

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { logfmt, json };

struct LogField {
  std::string_view key;
  std::string value;
};

class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  virtual ~Log() = default;

  [[nodiscard]] virtual bool shows(LogLevel level) const = 0;
  /// Thread-safe. `room` is the folder that speaks: "refresh", "web", ... Fields without a value are left out.
  virtual void write(LogLevel level, std::string_view room, std::string_view event, Fields fields) = 0;

  void debug(std::string_view room, std::string_view event, Fields fields = {}) {
    if (shows(LogLevel::debug)) write(LogLevel::debug, room, event, fields);
  }
  void info(std::string_view room, std::string_view event, Fields fields = {}) {
    if (shows(LogLevel::info)) write(LogLevel::info, room, event, fields);
  }
  void warn(std::string_view room, std::string_view event, Fields fields = {}) {
    if (shows(LogLevel::warn)) write(LogLevel::warn, room, event, fields);
  }
  void error(std::string_view room, std::string_view event, Fields fields = {}) {
    if (shows(LogLevel::error)) write(LogLevel::error, room, event, fields);
  }
};

/// Writes each line whole to a stream, stderr in life.
class StreamLog final : public Log {
 public:
  struct Style {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::logfmt;
  };
  /// Uses, does not own, `stream` and `clock`.
  StreamLog(std::FILE* stream, const Clock& clock, Style style) : stream_(stream), clock_(clock), style_(style) {}

  [[nodiscard]] bool shows(LogLevel level) const override { return level >= style_.level; }
  void write(LogLevel level, std::string_view room, std::string_view event, Fields fields) override;

 private:
  // Constant after construction.
  std::FILE* const stream_;
  const Clock& clock_;
  const Style style_;

  Mutex mutex_;  // held for one write, so that lines do not mix
};

/// Says nothing. For tests and --config.check.
class SilentLog final : public Log {
 public:
  [[nodiscard]] bool shows(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::string_view, Fields) override {}
};

}  // namespace taskqueue
