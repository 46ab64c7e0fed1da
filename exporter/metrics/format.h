// The exposition formats that Prometheus reads. Their sample lines are the same; heads, exemplars and ends differ.
#pragma once

#include <array>
#include <string>

namespace taskqueue {

enum class Format {
  text_0_0_4,   // the one that everybody reads
  text_1_0_0,   // the same bytes for names like ours
  openmetrics,  // 1.0.0: units, exemplars, an end mark
};

/// All of them; each stands at its own number.
inline constexpr std::array<Format, 3> formats{Format::text_0_0_4, Format::text_1_0_0, Format::openmetrics};

/// How names beyond letters, digits and underscores would be written. We have none, so that only the label of the
/// answer differs.
enum class Escaping { underscores, allow_utf_8 };

/// The value of Content-Type.
[[nodiscard]] std::string content_type(Format format, Escaping escaping);

}  // namespace taskqueue
