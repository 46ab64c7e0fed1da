// Joins what queues rendered and our own families into one answer, each family once.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "exporter/metrics/family.h"
#include "exporter/metrics/format.h"
#include "exporter/metrics/passage.h"
#include "exporter/metrics/rendering.h"

namespace taskqueue {

/// How an answer is wanted.
struct Shape {
  Format format = Format::text_0_0_4;
  bool gzip = false;

  bool operator==(const Shape&) const = default;
};

/// The texts of an answer, one after the other; together they are the body.
using Pieces = std::vector<SharedText>;

/// Thread-safe. Holds the heads of the families in every form that was asked for.
class Exposition {
 public:
  Exposition();

  /// `queues` in the order to be shown; `own` after them, its families without lines are left out. Long texts are
  /// shared with the renderings, short ones are copied together.
  [[nodiscard]] Pieces join(const std::vector<const Rendering*>& queues, const std::vector<FamilyText>& own,
                            Shape shape) const;

 private:
  using Heads = std::vector<SharedPassage>;  // of queue_families(), by index

  std::array<Heads, formats.size()> heads_;
};

/// The texts as one.
[[nodiscard]] std::string joined(const Pieces& pieces);

}  // namespace taskqueue
