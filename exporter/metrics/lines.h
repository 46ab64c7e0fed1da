// Writes sample lines: `name{label="value"} 1.5`. The same lines serve text 0.0.4, text 1.0.0 and OpenMetrics.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "exporter/clock.h"

namespace taskqueue {

struct Label {
  std::string_view name;
  std::string_view value;
};

/// The shortest text that reads back as the same double; NaN, +Inf and -Inf as Prometheus spells them.
void append_number(std::string& out, double value);

/// A bound of a histogram bucket, always with a point: OpenMetrics wants `1.0`, the text formats take it.
[[nodiscard]] std::string bound_text(double bound);

/// Seconds since 1970.
[[nodiscard]] double unix_seconds(WallTime time);

/// Escapes backslash, quote and newline, and puts U+FFFD for what is not UTF-8, which Prometheus refuses to read.
void append_label_value(std::string& out, std::string_view value);

/// `a="1",b="2"`; labels with an empty value are left out, since Prometheus takes them for absent.
[[nodiscard]] std::string label_text(std::initializer_list<Label> labels);

/// Appends lines that share their first labels.
class Lines {
 public:
  /// `shared`: as from label_text, may be empty.
  explicit Lines(std::string shared) : shared_(std::move(shared)) {}

  void add(std::string_view name, std::initializer_list<Label> labels, double value);
  void add(std::string_view name, std::initializer_list<Label> labels, std::int64_t value);
  void add(std::string_view name, std::initializer_list<Label> labels, std::uint64_t value);
  /// With labels that stand in text already.
  void add_rendered(std::string_view name, std::string_view labels, double value);

  [[nodiscard]] std::string take() { return std::exchange(text_, {}); }

 private:
  void begin(std::string_view name, std::string_view labels);

  const std::string shared_;
  std::string text_;
};

}  // namespace taskqueue
