#include "exporter/simulator/paging.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <optional>
#include <utility>

#include "exporter/simulator/chance.h"

namespace taskqueue::simulator {
namespace {

constexpr std::uint64_t the_end = std::numeric_limits<std::uint64_t>::max();

struct Mark {
  Cursor cursor;
  std::uint64_t before = 0;
};

std::uint64_t check_of(std::uint64_t question, const Mark& mark) {
  return mix(mix(mix(question ^ mark.cursor.index) ^ static_cast<std::uint64_t>(mark.cursor.key)) ^ mark.before);
}

/// Opaque: four numbers, each hidden behind the check.
std::string token_of(std::uint64_t question, const Mark& mark) {
  const std::uint64_t check = check_of(question, mark);
  const std::array<std::uint64_t, 4> numbers{check, mark.cursor.index ^ mix(check + 1),
                                             static_cast<std::uint64_t>(mark.cursor.key) ^ mix(check + 2),
                                             mark.before ^ mix(check + 3)};
  std::string token;
  for (const std::uint64_t number : numbers) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx",
                  static_cast<unsigned long long>(number));  // NOLINT(google-runtime-int)
    token += digits;
  }
  return token;
}

std::optional<Mark> mark_of(std::uint64_t question, const std::string& token) {
  std::array<std::uint64_t, 4> numbers{};
  if (token.size() != 64) return std::nullopt;
  for (std::size_t i = 0; i < 4; ++i) {
    const char* first = token.data() + 16 * i;
    const auto [end, error] = std::from_chars(first, first + 16, numbers[i], 16);
    if (error != std::errc{} || end != first + 16) return std::nullopt;
  }
  const std::uint64_t check = numbers[0];
  const Mark mark{{numbers[1] ^ mix(check + 1), static_cast<std::int64_t>(numbers[2] ^ mix(check + 2))},
                  numbers[3] ^ mix(check + 3)};
  if (check_of(question, mark) != check) return std::nullopt;
  return mark;
}

/// The last task of the page before.
std::vector<Task> one_before(const Listing& listing, const PageWish& wish, const Cursor& cursor) {
  const Order back{wish.order.by, !wish.order.descending};
  Cursor there = cursor;
  if (wish.order.by == OrderBy::end) {  // the cursor is that task itself: start beside it
    if (there.index == 0) return {};
    wish.order.descending ? --there.index : ++there.index;
  }
  return listing.page(wish.filter, back, 1, there).tasks;
}

Page look(const Listing& listing, const PageWish& wish, const Quirks& quirks, const std::optional<Mark>& mark) {
  if (quirks.page_shift && wish.order.by == OrderBy::creation) {
    return listing.page_at(wish.filter, wish.order.descending, wish.limit, mark ? mark->before : 0);
  }
  const auto cursor = mark ? std::optional(mark->cursor) : std::nullopt;
  if (!quirks.duplicates || !mark || wish.limit < 2) return listing.page(wish.filter, wish.order, wish.limit, cursor);
  Page page = listing.page(wish.filter, wish.order, wish.limit - 1, cursor);
  const auto again = one_before(listing, wish, mark->cursor);
  page.tasks.insert(page.tasks.begin(), again.begin(), again.end());
  return page;
}

}  // namespace

Result<PageGiven, ApiError> turn_page(const Listing& listing, const PageWish& wish, const Quirks& quirks) {
  std::optional<Mark> mark;
  if (!wish.token.empty()) {
    mark = mark_of(wish.question, wish.token);
    if (!mark) return refuse("InvalidParameterValue", "The value of `ScrollToken` is not valid.");
    if (mark->cursor.index == the_end) return PageGiven{.token = wish.token, .before = mark->before};
  }
  Page page = look(listing, wish, quirks, mark);
  PageGiven given{.tasks = std::move(page.tasks), .before = mark ? mark->before : 0};
  const std::uint64_t after = given.before + given.tasks.size();
  if (page.next) {
    given.token = token_of(wish.question, {*page.next, after});
  } else if (quirks.token_on_last_page) {
    given.token = token_of(wish.question, {{.index = the_end}, after});
  }
  return given;
}

}  // namespace taskqueue::simulator
