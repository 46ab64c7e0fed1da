// Pages with scroll tokens, and the ways in which real pages misbehave.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "exporter/simulator/api_error.h"
#include "exporter/simulator/listing.h"
#include "exporter/simulator/quirks.h"

namespace taskqueue::simulator {

struct PageWish {
  Filter filter{};
  Order order{};
  std::size_t limit = 10;
  std::string token{};         // empty: the first page
  std::uint64_t question = 0;  // a hash of what is asked: a token fits only the question it was given for
};

struct PageGiven {
  std::vector<Task> tasks{};
  std::string token{};       // empty: no more
  std::uint64_t before = 0;  // how many the pages before gave
};

/// InvalidParameterValue for a token that was not given for this question.
[[nodiscard]] Result<PageGiven, ApiError> turn_page(const Listing& listing, const PageWish& wish, const Quirks& quirks);

}  // namespace taskqueue::simulator
