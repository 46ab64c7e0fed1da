// Writes sample lines: `name{label="value"} 1.5`. The same lines serve text 0.0.4, text 1.0.0 and OpenMetrics, which
// alone shows the exemplars.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "exporter/clock.h"
#include "exporter/metrics/passage.h"
#include "exporter/metrics/snapshot.h"

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

/// ` # {task_id="..."} 31.5 1772359200.250`, what OpenMetrics puts behind the value of a bucket. Empty for an id too
/// long for it, 121 characters, or no id.
[[nodiscard]] std::string exemplar_text(const Exemplar& exemplar);

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

  /// Puts an exemplar (see exemplar_text) on the line added last; nothing if it is empty.
  void mark(std::string exemplar);

  /// The lines so far, without their exemplars.
  [[nodiscard]] std::string take() { return take_marked().text; }
  [[nodiscard]] MarkedText take_marked() { return std::exchange(content_, {}); }
  /// The lines so far; clear() begins anew and keeps the room that they had.
  [[nodiscard]] const MarkedText& content() const { return content_; }
  void clear() {
    content_.text.clear();
    content_.marks.clear();
  }

 private:
  void begin(std::string_view name, std::string_view labels);

  const std::string shared_;
  MarkedText content_;
};

}  // namespace taskqueue
