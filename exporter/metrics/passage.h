// A stretch of the exposition: whole lines, kept in every form that somebody has asked for.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "exporter/metrics/deflate.h"
#include "exporter/metrics/format.h"

namespace taskqueue {

/// Lines, and what OpenMetrics puts on some of them.
struct MarkedText {
  struct Mark {
    std::size_t at;        // before the newline of the line
    std::string exemplar;  // begins with a space

    bool operator==(const Mark&) const = default;
  };
  std::string text;
  std::vector<Mark> marks;  // ascending

  bool operator==(const MarkedText&) const = default;
};

/// A text that answers share.
using SharedText = std::shared_ptr<const std::string>;

/// Immutable to the eye, thread-safe. Forms other than the plain one are made when first asked for and kept.
class Passage {
 public:
  explicit Passage(MarkedText content) : content_(std::move(content)) {}
  Passage(const Passage&) = delete;
  Passage& operator=(const Passage&) = delete;

  [[nodiscard]] const MarkedText& content() const { return content_; }

  /// Without exemplars, as the text formats have it.
  [[nodiscard]] const std::string& plain() const { return content_.text; }
  /// As the format has it.
  [[nodiscard]] const std::string& text(Format format) const;
  [[nodiscard]] const Deflated& deflated(Format format) const;

  /// Makes the deflated forms that `before`, in whose place this one comes, was asked for: the next scrape then finds
  /// them ready.
  void prepare_like(const Passage& before) const;

 private:
  struct Packed {
    std::once_flag once;
    Deflated deflated;
  };

  [[nodiscard]] bool has_exemplars(Format format) const;
  [[nodiscard]] const Deflated& pack(Format format) const;

  const MarkedText content_;
  mutable std::once_flag spliced_once_;
  mutable std::string spliced_;
  mutable std::array<Packed, 2> packed_;              // without exemplars, with them
  mutable std::array<std::atomic<bool>, 2> asked_{};  // deflated, in a text format, in OpenMetrics
};

using SharedPassage = std::shared_ptr<const Passage>;

}  // namespace taskqueue
