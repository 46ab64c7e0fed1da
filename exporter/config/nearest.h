// The right word for a misspelt one.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace taskqueue {

/// How many letters were added, left out, changed or swapped with their neighbour. Case does not matter.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`, at most two edits away and fewer than half of its letters; empty if there is none.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace taskqueue
