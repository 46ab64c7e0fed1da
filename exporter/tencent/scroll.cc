#include "exporter/tencent/scroll.h"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace taskqueue {
namespace {

constexpr int tasks_a_page = 100;
constexpr int most_pages = 50000;  // five million tasks
// What came in between, or a page older than the one before it, makes pages of known tasks; a list that goes in circles
// has nothing new for good.
constexpr int most_pages_without_news = 10;

/// A token that came with a short page and that the API itself refuses: there is no next page.
bool is_end(const Failure& failure, bool page_was_short) { return page_was_short && refuses_parameter(failure); }

/// Of a page after the first: its parameters were taken, so what is refused is the token. The next reading gets
/// another.
Failure of_token(Failure failure) {
  if (!refuses_parameter(failure)) return failure;
  failure.kind = FailureKind::answer;
  failure.code.clear();
  return failure;
}

enum class Passed { news, nothing_new, enough };

/// The ids that a list has shown, as hashes: a clash can only end a page whose every id clashes. One flat table, for a
/// list may have millions.
class SeenIds {
 public:
  /// True if it is new.
  bool insert(std::string_view id) {
    if (2 * size_ >= slots_.size()) grow();
    const std::size_t hash = std::hash<std::string_view>{}(id) | 1U;
    std::size_t& slot = place(hash);
    if (slot != 0) return false;
    slot = hash;
    ++size_;
    return true;
  }

 private:
  std::size_t& place(std::size_t hash) {
    std::size_t at = hash >> 1U;
    while (slots_[at & (slots_.size() - 1)] != 0 && slots_[at & (slots_.size() - 1)] != hash) ++at;
    return slots_[at & (slots_.size() - 1)];
  }
  void grow() {
    const std::vector<std::size_t> before = std::exchange(slots_, std::vector<std::size_t>(slots_.size() * 2));
    for (const std::size_t hash : before) {
      if (hash != 0) place(hash) = hash;
    }
  }

  std::vector<std::size_t> slots_ = std::vector<std::size_t>(256);  // a power of two; 0: nobody
  std::size_t size_ = 0;
};

/// Passes a page's items on.
Passed pass(const Value& page, SeenIds& seen, const ItemSink& sink) {
  Passed passed = Passed::nothing_new;
  for (const Value& item : page) {
    const std::string_view id = text_view(item, "TaskId");
    if (id.empty()) continue;
    if (seen.insert(id)) passed = Passed::news;
    if (!sink(item)) return Passed::enough;
  }
  return passed;
}

}  // namespace

Result<Reading, Failure> scroll(Client& client, const Json& parameters, Urgency urgency, const ItemSink& sink) {
  Reading reading;
  SeenIds seen_ids;
  std::unordered_set<std::string> seen_tokens;
  Call call{.action = "DescribeTasks", .parameters = parameters, .urgency = urgency};
  call.parameters["Limit"] = tasks_a_page;
  bool page_was_short = false;
  int pages_without_news = 0;
  for (int page = 0; page < most_pages; ++page) {
    const auto answer = client.call(call);
    if (!answer && is_end(answer.error(), page_was_short)) return reading;
    if (!answer) return Unexpected(page == 0 ? answer.error() : of_token(answer.error()));
    if (page == 0) reading.as_of = answer->date;
    const auto listed = list_member(answer->fields, "TaskSet");
    if (!listed) return Unexpected(listed.error());
    const Value* items = *listed;
    if (items == nullptr || items->begin() == items->end()) return reading;
    const Passed passed = pass(*items, seen_ids, sink);
    pages_without_news = passed == Passed::nothing_new ? pages_without_news + 1 : 0;
    if (passed == Passed::enough || pages_without_news == most_pages_without_news) return reading;
    page_was_short = items->size() < tasks_a_page;
    std::string token = text_member(answer->fields, "ScrollToken");
    if (token.empty() || !seen_tokens.insert(token).second) return reading;
    call.parameters["ScrollToken"] = std::move(token);
  }
  reading.capped = true;
  return reading;
}

Result<std::int64_t, Failure> total_count(Client& client, const Json& parameters) {
  Call call{.action = "DescribeTasks", .parameters = parameters};
  call.parameters["Limit"] = 1;
  const auto answer = client.call(call);
  if (!answer) return Unexpected(answer.error());
  if (const auto total = count_member(answer->fields, "TotalCount")) return *total;
  return Unexpected(Failure{.kind = FailureKind::answer, .sentence = "the answer has no TotalCount"});
}

bool refuses_parameter(const Failure& failure) {
  return failure.code == "UnknownParameter" || failure.code.starts_with("InvalidParameter");
}

}  // namespace taskqueue
